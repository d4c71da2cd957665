import Base

extension Job {
    /// A job as its row and its running worker show it.
    ///
    /// - Parameter standing: of a study that has not ended.
    init(_ record: JobRecord, live: LiveJob?, queuePosition: Int?, standing: StudyStanding? = nil) {
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
        progress = seen?.progress ?? standing?.progress ?? record.progress
        metrics = seen.flatMap { $0.metrics.isEmpty ? nil : $0.metrics } ?? record.metrics
        self.result = life.state == .succeeded ? result : nil
        error = life.state == .failed ? life.failure : nil
        specification = record.specification
        badEventLines = seen?.badLines ?? record.badEventLines
        links = Links(
            self: path, events: "\(path)/events", log: "\(path)/log", metrics: "\(path)/metrics",
            report: life.state == .succeeded ? "\(path)/report" : nil,
            dataset: record.specification.dataset.map { "/v1/datasets/\($0)" },
            model: (life.state == .succeeded ? life.result?.model : nil).map { "/v1/models/\($0)" },
            study: record.specification.study.map { "/v1/jobs/\($0)" }, trainings: type == .study ? "/v1/jobs?study=\(record.id)" : nil)
        etag = "\(record.version).\(seen?.position ?? 0).\(queuePosition ?? 0)" + (standing.map { ".\($0.version)" } ?? "")
    }
}
