import Training

/// The class that the teachers gave to an unlabelled picture.
package struct PseudoLabel: Sendable, Codable, Equatable {
    /// The picture's name.
    package let picture: String
    package let label: Int
    /// The mean probability of that class over teachers and views.
    package let probability: Double
    /// What the student learns in place of the label, where it learns probabilities.
    package let soft: SoftTarget?

    package init(picture: String, label: Int, probability: Double, soft: SoftTarget? = nil) {
        self.picture = picture
        self.label = label
        self.probability = probability
        self.soft = soft
    }

    func with(_ soft: SoftTarget?) -> PseudoLabel { PseudoLabel(picture: picture, label: label, probability: probability, soft: soft) }
}
