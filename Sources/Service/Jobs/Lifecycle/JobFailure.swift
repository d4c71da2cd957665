/// Why a job failed. The worker writes it as `result/error.json`.
package struct JobFailure: Codable, Sendable, Equatable, Error {
    /// A word that does not change between releases, such as `no_usable_picture`, `worker_crashed`, `time_limit`.
    package let code: String
    /// A short sentence, the same for every job with this code.
    package let title: String
    /// What happened in this job.
    package let detail: String

    package init(code: String, title: String, detail: String) {
        self.code = code
        self.title = title
        self.detail = detail
    }
}
