import TrainingJobs

/// A model measured on labelled pictures.
public struct Evaluation: Sendable {
    /// How well one class is found.
    public struct ClassMeasures: Sendable, Equatable {
        public let label: String
        public let precision: Double
        public let recall: Double
        public let f1: Double
        /// How many pictures it has.
        public let pictures: Int
    }

    /// Everything that was measured, as the JSON of `aliquot evaluate --json` holds it.
    package let full: ModelEvaluation

    init(_ full: ModelEvaluation) { self.full = full }

    /// Which pictures were looked at: `test`, `validation` or `train`.
    public var role: String { full.role.rawValue }
    public var pictures: Int { full.measures.samples }
    public var accuracy: Double { full.accuracy }
    public var macroF1: Double { full.macroF1 }
    /// `float` or `int8`.
    public var precision: String { full.precision.rawValue }
    public var classes: [ClassMeasures] {
        zip(full.classes, full.measures.perClass).map {
            ClassMeasures(label: $0, precision: $1.precision, recall: $1.recall, f1: $1.f1, pictures: $1.support)
        }
    }
    /// How often each class was taken for each: `[true class][predicted class]`.
    public var confusion: [[Int]] { full.measures.confusion.counts }
}
