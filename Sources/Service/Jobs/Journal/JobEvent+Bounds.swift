extension JobEvent {
    private static let wordLimit = 100
    private static let messageLimit = 4096
    private static let metricLimit = 256

    /// The event with everything cut to its limits; nil if what its kind needs is missing. A worker is another process: what it writes is not trusted to be small.
    var bounded: JobEvent? {
        var event = self
        event.progress = progress?.bounded
        event.phase = phase.map { String($0.prefix(Self.wordLimit)) }
        event.code = code.map { String($0.prefix(Self.wordLimit)) }
        event.message = message.map { String($0.prefix(Self.messageLimit)) }
        if let metrics {
            guard metrics.count <= Self.metricLimit, metrics.keys.allSatisfy({ $0.count <= Self.wordLimit }) else { return nil }
        }
        switch kind {
        case .state, .end: return state == nil ? nil : event
        case .progress: return progress == nil ? nil : event
        case .metric: return metrics == nil ? nil : event
        case .alarm: return code == nil ? nil : event
        case .log: return message == nil ? nil : event
        }
    }
}
