import Augmentation
import Training

/// Every choice of the self-training family. Source: learning.md, section 4.
package struct DistillationSettings: Sendable, Equatable {
    /// A picture is kept if the mean probability of its likeliest class is strictly greater, 0…1.
    package var confidence: Double
    /// Views that each teacher sees besides the picture itself.
    package var transforms: [PictureTransform]
    /// How often pictures are labelled; from the second time on the last student labels what is still unlabelled.
    package var rounds: Int
    /// The temperature at which the student learns the teachers' probabilities; nil: it learns the likeliest class.
    package var softLabels: Double?
    /// The most pictures that are kept of a class, the surest ones; nil: all.
    package var maximumPerClass: Int?

    package init(
        confidence: Double = 0.8, transforms: [PictureTransform] = [], rounds: Int = 1, softLabels: Double? = nil,
        maximumPerClass: Int? = nil
    ) {
        self.confidence = confidence
        self.transforms = transforms
        self.rounds = rounds
        self.softLabels = softLabels
        self.maximumPerClass = maximumPerClass
    }

    /// - Throws: ``TrainingError/outOfRange(name:got:allowed:)`` for the first setting that cannot work.
    package func validate() throws(TrainingError) {
        func require(_ isAllowed: Bool, _ name: String, _ got: String, _ allowed: String) throws(TrainingError) {
            guard isAllowed else { throw .outOfRange(name: name, got: got, allowed: allowed) }
        }
        try require((0...1).contains(confidence), "confidence", "\(confidence)", "0 to 1")
        try require(rounds >= 1, "rounds", "\(rounds)", "at least 1")
        try require(
            Set(transforms).count == transforms.count, "transforms", transforms.map(\.rawValue).joined(separator: ", "), "each once")
        if let softLabels { try require(softLabels > 0 && softLabels.isFinite, "soft_labels", "\(softLabels)", "a temperature above 0") }
        if let maximumPerClass { try require(maximumPerClass >= 1, "max_per_class", "\(maximumPerClass)", "at least 1") }
    }
}
