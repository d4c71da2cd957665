import Images
import ModelFormat

/// From a picture's bytes to what a network takes: the same three functions of Images that validation and test use.
package struct PicturePreparation: Sendable {
    package let geometry: EvaluationGeometry
    package let normalisation: Normalisation
    package let limits: ImageLimits

    /// - Throws: ``InferenceError/invalidInput(_:)`` for a geometry or normalisation that does not exist.
    package init(_ input: InputDescription, limits: ImageLimits = .standard) throws(InferenceError) {
        guard input.size > 0, let fit = Fit(rawValue: input.fit), let normalisation = Normalisation(mean: input.mean, std: input.std) else {
            throw .invalidInput(input)
        }
        geometry = EvaluationGeometry(size: input.size, fit: fit)
        self.normalisation = normalisation
        self.limits = limits
    }

    /// - Returns: normalised, `[3, size, size]`.
    package func numbers(of encoded: [UInt8]) throws(ImageError) -> [Float] {
        numbers(of: try ImageDecoder.decode(encoded, limits: limits, shorterSideAtLeast: geometry.decodeShorterSide))
    }

    /// - Returns: normalised, `[3, size, size]`.
    package func numbers(of image: RGBImage) -> [Float] {
        let square = geometry.apply(to: image)
        return [Float](unsafeUninitializedCapacity: 3 * square.width * square.height) { buffer, count in
            if let base = buffer.baseAddress { normalisation.write(square, to: base) }
            count = 3 * square.width * square.height
        }
    }
}
