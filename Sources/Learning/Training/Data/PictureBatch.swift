/// Normalised pictures, ready for a plan.
package struct PictureBatch: Sendable {
    /// `[count, 3, side, side]`, row-major.
    package let pixels: [Float]
    package let count: Int
    /// The class of each picture; empty where nobody asks.
    package let labels: [Int]

    package init(pixels: [Float], count: Int, labels: [Int] = []) {
        self.pixels = pixels
        self.count = count
        self.labels = labels
    }
}
