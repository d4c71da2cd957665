/// The parts of a training job, by the names that progress and metrics bear.
enum JobPhase: String, Sendable, CaseIterable {
    case supervised, teacher
    case pseudoLabelling = "pseudo_labelling"
    case student, quantisation, evaluation
}
