import Inference

/// Where on a picture a model found what speaks for a class: Grad-CAM of its float network (Selvaraju et al. 2017, arXiv:1610.02391).
public struct Explanation: Sendable {
    /// The class that is explained.
    public let label: String
    /// The class that float holds for the likeliest.
    public let predicted: String
    /// Of ``label``, 0…1.
    public let probability: Double
    /// How much each part of what the network saw speaks for the class: a square, the first row on top, 0…1; the strongest place is 1.
    public let heatMap: [[Float]]
    /// The picture with the heat map over it: a PNG file's bytes, no side longer than 1024 pixels.
    public let overlay: [UInt8]
    /// As the HTTP interface gives it.
    package let answer: PictureExplanation

    init(_ answer: PictureExplanation, overlay: [UInt8]) {
        label = answer.label
        predicted = answer.predicted
        probability = answer.probability
        heatMap = answer.heat.rows
        self.overlay = overlay
        self.answer = answer
    }
}
