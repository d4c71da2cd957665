import Jobs

/// How a network learns from labelled and unlabelled pictures.
public struct LearningMethod: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// From the labelled pictures alone.
    public static let supervised = LearningMethod(rawValue: "supervised")
    /// A teacher labels the other pictures where it is sure; a student learns from both.
    public static let plainDistillation = LearningMethod(rawValue: "plain_distillation")
    /// As ``plainDistillation``; the teacher looks at several views of each unlabelled picture.
    public static let dataDistillation = LearningMethod(rawValue: "data_distillation")
    /// As ``plainDistillation``, with several teachers.
    public static let modelDistillation = LearningMethod(rawValue: "model_distillation")
    /// Several teachers, several views.
    public static let modelDataDistillation = LearningMethod(rawValue: "model_data_distillation")
    /// A strong view of an unlabelled picture must get the class that a weak view is sure of (Sohn et al. 2020).
    public static let fixMatch = LearningMethod(rawValue: "fixmatch")
    /// From mixtures of labelled pictures and unlabelled ones with guessed labels (Berthelot et al. 2019).
    public static let mixMatch = LearningMethod(rawValue: "mixmatch")
    /// As ``fixMatch``, with a lower threshold for classes that are learned slowly (Zhang et al. 2021).
    public static let flexMatch = LearningMethod(rawValue: "flexmatch")
    /// As ``fixMatch``, with thresholds that follow the network's own sureness (Wang et al. 2023).
    public static let freeMatch = LearningMethod(rawValue: "freematch")

    /// Every method that this library knows.
    public static var all: [LearningMethod] { TrainSpecification.Method.allCases.map { LearningMethod(rawValue: $0.rawValue) } }
}
