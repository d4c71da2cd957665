import Base

/// One line of a job's `events.jsonl`.
package struct JobEvent: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case state, progress, metric, alarm, log, end }

    package let time: Timestamp
    package let kind: Kind
    /// `state` and `end`: where the job stands now.
    package var state: JobState?
    /// `state` and `end`: the attempt this belongs to, from 1.
    package var attempt: Int?
    package var progress: JobProgress?
    /// `metric`: measured values by name; one that was not finite is left out.
    package var metrics: [String: Double]?
    /// `metric`: the epoch (from 1) and the phase they belong to.
    package var epoch: Int?
    package var phase: String?
    /// `alarm`: such as `collapse`, `no_pseudo_labels`, `head_replaced`.
    package var code: String?
    /// `alarm` and `log`: a sentence.
    package var message: String?
    /// Where the line ends in `events.jsonl`, in bytes: the event's `id`, from which a stream continues. Not written in the line itself.
    package var position = 0

    private enum CodingKeys: String, CodingKey { case time, kind, state, attempt, progress, metrics, epoch, phase, code, message }

    package init(
        time: Timestamp = .now(), kind: Kind, state: JobState? = nil, attempt: Int? = nil, progress: JobProgress? = nil,
        metrics: [String: Double]? = nil,
        epoch: Int? = nil, phase: String? = nil, code: String? = nil, message: String? = nil
    ) {
        self.time = time
        self.kind = kind
        self.state = state
        self.attempt = attempt
        self.progress = progress
        self.metrics = metrics
        self.epoch = epoch
        self.phase = phase
        self.code = code
        self.message = message
    }
}
