import Images

/// Normalised pictures, ready for a plan.
package struct PictureBatch: Sendable {
    /// `[count, 3, side, side]`, row-major.
    package private(set) var pixels: [Float]
    package let count: Int
    /// The class of each picture; empty where nobody asks.
    package let labels: [Int]
    /// For each picture what it is trained towards in place of its label; empty where no picture has such a target.
    package let soft: [SoftTarget?]
    /// How rows were mixed; nil where each shows one picture.
    package private(set) var mixture: MixUp?

    /// - Parameter pictures: each `side` × `side`, as geometry and augmentation make them: anything else would be written beside its place.
    package init(_ pictures: [RGBImage], side: Int, normalisation: Normalisation, labels: [Int] = [], soft: [SoftTarget?] = []) {
        precondition(pictures.allSatisfy { $0.width == side && $0.height == side }, "a picture of a batch is not \(side) × \(side)")
        let area = 3 * side * side
        pixels = [Float](unsafeUninitializedCapacity: pictures.count * area) { buffer, initialised in
            guard let base = buffer.baseAddress else { return }
            for (offset, picture) in pictures.enumerated() { normalisation.write(picture, to: base + offset * area) }
            initialised = pictures.count * area
        }
        count = pictures.count
        self.labels = labels
        self.soft = soft
    }

    /// Every picture mixed with its partner. Labels stay those of the rows: ``CrossEntropy`` mixes the losses.
    package func mixed(_ mixture: MixUp) -> PictureBatch {
        var batch = self
        batch.pixels = mixture.pictures(pixels)
        batch.mixture = mixture
        return batch
    }
}
