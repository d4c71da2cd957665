/// What a network expects of a picture: belongs to the weights, travels with them.
package struct InputDescription: Codable, Sendable, Equatable {
    /// Height and width in pixels.
    package var size: Int
    /// How a picture becomes square: `crop`, `pad` or `squish`.
    package var fit: String
    /// Per channel (RGB), of values scaled to [0, 1].
    package var mean: [Float]
    package var std: [Float]

    package static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    package static let imageNetStd: [Float] = [0.229, 0.224, 0.225]
    /// The geometries that exist.
    package static let fits = ["crop", "pad", "squish"]

    package init(size: Int, fit: String = "crop", mean: [Float] = imageNetMean, std: [Float] = imageNetStd) {
        self.size = size
        self.fit = fit
        self.mean = mean
        self.std = std
    }

    /// Everything that is wrong, as sentences.
    var faults: [String] {
        var faults: [String] = []
        if !(8...1024).contains(size) { faults.append("input.size is \(size), allowed are 8 to 1024") }
        if !Self.fits.contains(fit) { faults.append("input.fit is \(fit), allowed are \(Self.fits.joined(separator: ", "))") }
        if mean.count != 3 || !mean.allSatisfy(\.isFinite) { faults.append("input.mean is \(mean), allowed are three finite numbers") }
        if std.count != 3 || !std.allSatisfy({ $0.isFinite && $0 > 0 }) {
            faults.append("input.std is \(std), allowed are three positive numbers")
        }
        return faults
    }
}
