import Engine

/// What the model costs. Source: learning.md, section 8.
struct EfficiencyOutcome: Sendable, Codable {
    let parameters: Int
    /// For one picture of the job's size.
    let multiplyAdds: Int
    let threads: Int
    let backend: String
    /// Seconds by phase, of the attempt that finished the job.
    let phaseSeconds: [String: Double]
    /// By precision; absent in reports of earlier versions.
    var latencies: [String: LatencyOutcome]?

    private enum CodingKeys: String, CodingKey {
        case parameters, threads, backend, latencies
        case multiplyAdds = "multiply_adds"
        case phaseSeconds = "phase_seconds"
    }

    init(_ network: FloatNetwork, latencies: [String: LatencyOutcome], examination: Examination) throws {
        parameters = network.graph.parameterCount
        multiplyAdds = try network.graph.multiplyAdds(side: examination.input.size)
        threads = examination.threads
        backend = examination.backend.description
        phaseSeconds = examination.observer.phaseSeconds
        self.latencies = latencies
    }
}
