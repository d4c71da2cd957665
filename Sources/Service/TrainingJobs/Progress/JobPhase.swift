/// A part of a training job, by the name that progress and metrics bear. Several of a kind have numbers: `teacher`, `teacher_2`.
struct JobPhase: RawRepresentable, Hashable, Sendable {
    let rawValue: String

    static let supervised = JobPhase(rawValue: "supervised")
    static let quantisation = JobPhase(rawValue: "quantisation")
    /// Quantisation-aware training, where the trained weights leave int8 too often in doubt.
    static let qat = JobPhase(rawValue: "qat")
    static let evaluation = JobPhase(rawValue: "evaluation")
}
