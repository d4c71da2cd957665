/// What a teacher thinks of a picture, for a student to learn in place of one class (Hinton et al. 2015, arXiv:1503.02531).
package struct SoftTarget: Sendable, Hashable, Codable {
    /// One probability for each class, sum 1.
    package let probabilities: [Double]
    /// The student's logits are divided by it before they are compared, and the loss multiplied by its square, as section 2 of the source says. Above 0; 1 changes nothing.
    package let temperature: Double

    package init(probabilities: [Double], temperature: Double = 1) {
        self.probabilities = probabilities
        self.temperature = temperature
    }
}
