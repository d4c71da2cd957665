import Base

extension Job {
    /// A job as its row and its running worker show it.
    init(_ record: JobRecord, live: LiveJob?, queuePosition: Int?) {
        let life = record.lifecycle
        let seen = life.state == .running ? live?.seen : nil
        let path = "/v1/jobs/\(record.id)"
        var result = life.result
        if result?.report == nil { result?.report = "\(path)/report" }
        id = record.id
        type = record.specification.type
        state = life.state
        attempt = life.attempt
        createdAt = record.createdAt
        startedAt = record.startedAt
        finishedAt = record.finishedAt
        self.queuePosition = queuePosition
        progress = seen?.progress ?? record.progress
        metrics = seen.flatMap { $0.metrics.isEmpty ? nil : $0.metrics } ?? record.metrics
        self.result = life.state == .succeeded ? result : nil
        error = life.state == .failed ? life.failure : nil
        specification = record.specification
        badEventLines = seen?.badLines ?? record.badEventLines
        links = Links(
            self: path, events: "\(path)/events", log: "\(path)/log", metrics: "\(path)/metrics",
            report: life.state == .succeeded ? "\(path)/report" : nil,
            dataset: "/v1/datasets/\(record.specification.dataset)",
            model: (life.state == .succeeded ? life.result?.model : nil).map { "/v1/models/\($0)" })
        etag = "\(record.version).\(seen?.position ?? 0).\(queuePosition ?? 0)"
    }
}
