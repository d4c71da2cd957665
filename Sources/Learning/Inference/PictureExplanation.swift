import Explanation
import Images
import ModelFormat

/// Where on a picture a network found what speaks for a class, and what it takes to lay that over the picture.
package struct PictureExplanation: Sendable, Encodable {
    /// Ways to explain.
    package enum Method: String, Sendable, CaseIterable, Encodable {
        /// Selvaraju et al. 2017, arXiv:1610.02391.
        case gradcam
    }

    package let method = Method.gradcam
    package let precision = Precision.float
    /// The class that is explained.
    package let label: String
    /// The class that float holds for the likeliest.
    package let predicted: String
    /// Of the class that is explained, 0…1.
    package let probability: Double
    package let heat: HeatMap
    /// The layer whose result was looked at.
    package let layer: String
    /// How the picture became the network's square.
    package let input: InputDescription
    /// Pixels, upright.
    package let picture: (width: Int, height: Int)
    /// What the map covers, in pixels of the picture.
    package let area: PictureArea
    /// `infer` is the forward pass and the way back.
    package let timing: Answer.Timing

    init(
        _ finding: GradCAM.Finding, _ scores: Scores, _ manifest: ModelManifest, layer: String, picture: (width: Int, height: Int),
        covering area: PictureArea
    ) {
        label = manifest.classes[finding.label]
        predicted = Ranking.top(1, of: scores.probabilities, labels: manifest.classes).first?.label ?? label
        probability = scores.probabilities[finding.label]
        heat = finding.heat
        self.layer = layer
        input = manifest.input
        self.picture = picture
        self.area = area
        timing = scores.timing
    }

    private enum CodingKeys: String, CodingKey {
        case method, precision, predicted, probability, layer, input, picture, covers
        case label = "class"
        case heat = "heat_map"
        case timing = "timing_ms"
    }
    private enum HeatKeys: String, CodingKey { case rows, peak }
    private enum SizeKeys: String, CodingKey { case size, fit, width, height }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        try container.encode(precision, forKey: .precision)
        try container.encode(label, forKey: .label)
        try container.encode(predicted, forKey: .predicted)
        try container.encode(probability, forKey: .probability)
        var heat = container.nestedContainer(keyedBy: HeatKeys.self, forKey: .heat)
        try heat.encode(self.heat.rows, forKey: .rows)
        try heat.encode(self.heat.peak, forKey: .peak)
        try container.encode(layer, forKey: .layer)
        var input = container.nestedContainer(keyedBy: SizeKeys.self, forKey: .input)
        try input.encode(self.input.size, forKey: .size)
        try input.encode(self.input.fit, forKey: .fit)
        var picture = container.nestedContainer(keyedBy: SizeKeys.self, forKey: .picture)
        try picture.encode(self.picture.width, forKey: .width)
        try picture.encode(self.picture.height, forKey: .height)
        try container.encode(area, forKey: .covers)
        try container.encode(timing, forKey: .timing)
    }
}

extension PictureExplanation {
    /// The longest side of a drawn picture, pixels: a screen's worth; larger pictures are shrunk, smaller ones stay as they are.
    package static let longestSide = 1024

    /// The heat map over the picture, as PNG.
    ///
    /// - Parameters:
    ///   - encoded: the picture that was explained.
    ///   - check: called between the steps, which take some ten milliseconds each, a large picture more; what it throws ends the work.
    /// - Throws: ``ImageError``, and what `check` throws.
    package func overlay(on encoded: [UInt8], limits: ImageLimits = .standard, check: () throws -> Void = {}) throws -> [UInt8] {
        try check()
        let scale = min(1, Double(Self.longestSide) / Double(max(picture.width, picture.height)))
        let shorter = max(1, Int((Double(min(picture.width, picture.height)) * scale).rounded()))
        let decoded = try ImageDecoder.decode(encoded, limits: limits, shorterSideAtLeast: shorter)
        try check()
        let shown = Resize.thumbnail(decoded, longestSide: Self.longestSide)
        let covered = area.scaled(
            x: Double(shown.width) / Double(picture.width), y: Double(shown.height) / Double(picture.height))
        let drawn = HeatMapOverlay(heat, covering: covered).drawn(on: shown)
        try check()
        return try ImageEncoder.png(drawn)
    }
}
