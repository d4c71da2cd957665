/// How far a running job is. Everything but `fraction` and `phase` is there only where it means something.
package struct JobProgress: Codable, Sendable, Equatable {
    /// Share of the whole job that is done, 0 to 1.
    package var fraction: Double
    /// What is being done, such as `teacher`, `pseudo_labels`, `student`, `quantisation`.
    package var phase: String
    package var epoch: Int?
    package var epochs: Int?
    package var step: Int?
    package var imagesPerSecond: Double?
    /// Seconds until the end: the worker's own estimate, else the queue's.
    package var etaSeconds: Double?
    /// Of a study: how many of its trainings are in each state, by the state's name.
    package var trainings: [String: Int]?

    private enum CodingKeys: String, CodingKey {
        case fraction, phase, epoch, epochs, step, trainings
        case imagesPerSecond = "images_per_s"
        case etaSeconds = "eta_s"
    }

    package init(
        fraction: Double, phase: String, epoch: Int? = nil, epochs: Int? = nil, step: Int? = nil, imagesPerSecond: Double? = nil,
        etaSeconds: Double? = nil
    ) {
        self.fraction = fraction
        self.phase = phase
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.imagesPerSecond = imagesPerSecond
        self.etaSeconds = etaSeconds
    }

    /// The same with every number brought into its meaning: finite, not negative, the fraction within 0 to 1, the phase not longer than 100 characters.
    package var bounded: JobProgress {
        func positive(_ number: Double?) -> Double? { number.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }
        var bounded = JobProgress(
            fraction: fraction.isFinite ? min(1, max(0, fraction)) : 0, phase: String(phase.prefix(100)), epoch: epoch.map { max(0, $0) },
            epochs: epochs.map { max(0, $0) }, step: step.map { max(0, $0) }, imagesPerSecond: positive(imagesPerSecond),
            etaSeconds: positive(etaSeconds))
        bounded.trainings = trainings?.filter { JobState(rawValue: $0.key) != nil && $0.value >= 0 }
        return bounded
    }
}
