/// Who watches a training, and may end it. Called on the thread that trains, after every step: must return at once.
package protocol TrainingObserver: Sendable {
    /// Asked before every step. True: a checkpoint is written and ``TrainingError/interrupted`` thrown.
    var shouldStop: Bool { get }
    func progressed(_ progress: TrainingProgress, stage: String)
    func epochEnded(_ metrics: EpochMetrics, stage: String)
    /// Pictures that were only looked at: pseudo-labelling, calibration, test.
    func evaluated(_ done: Int, of total: Int, stage: String)
    func alarmed(_ alarm: TrainingAlarm)
}
