/// The class that the teachers gave to an unlabelled picture.
package struct PseudoLabel: Sendable, Codable, Equatable {
    /// The picture's name.
    package let picture: String
    package let label: Int
    /// The mean probability of that class over teachers and views.
    package let probability: Double

    package init(picture: String, label: Int, probability: Double) {
        self.picture = picture
        self.label = label
        self.probability = probability
    }
}
