import Jobs

/// What happens during a training, as it happens.
public enum TrainingEvent: Sendable, Equatable {
    /// How far a training is.
    public struct Progress: Sendable, Equatable {
        /// Share of the whole training that is done, 0…1.
        public let fraction: Double
        /// What is being done: `supervised`, `teacher`, `pseudo_labelling`, `student`, `quantisation`, `evaluation`.
        public let phase: String
        /// From 1; `nil` where the phase has no epochs.
        public let epoch: Int?
        public let epochs: Int?
        /// Pictures a second.
        public let imagesPerSecond: Double?
        /// The estimated time to the end.
        public let secondsLeft: Double?
    }

    /// What was measured at the end of an epoch.
    public struct Measures: Sendable, Equatable {
        public let phase: String
        /// From 1; `nil` for what belongs to no epoch.
        public let epoch: Int?
        /// By name: `train_loss`, `validation_loss`, `validation_macro_f1` and what the method counts besides.
        public let values: [String: Double]
    }

    /// Pictures are being read and looked at: the share that is done, 0…1.
    case importing(fraction: Double)
    case progress(Progress)
    case measured(Measures)
    /// Something that a person should look at: `collapse`, `no_pseudo_labels`.
    case alarm(code: String, message: String)
    /// A sentence for the log.
    case note(String)

    /// Nil for what only the service's queue writes.
    init?(_ event: JobEvent) {
        switch event.kind {
        case .progress:
            guard let progress = event.progress else { return nil }
            self = .progress(
                Progress(
                    fraction: progress.fraction, phase: progress.phase, epoch: progress.epoch, epochs: progress.epochs,
                    imagesPerSecond: progress.imagesPerSecond, secondsLeft: progress.etaSeconds))
        case .metric:
            self = .measured(Measures(phase: event.phase ?? "", epoch: event.epoch, values: event.metrics ?? [:]))
        case .alarm: self = .alarm(code: event.code ?? "alarm", message: event.message ?? "")
        case .log: self = .note(event.message ?? "")
        case .state, .end: return nil
        }
    }
}
