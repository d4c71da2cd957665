import Base

/// What a job that succeeded has made.
package struct JobResult: Codable, Sendable, Equatable {
    /// The model and its version (training, quantisation).
    package let model: ResourceName?
    package let version: Int?
    /// The link of the report.
    package var report: String?
    /// Numbers of an import: `added`, `same`, `refused`, …; of a study: `trainings`, `failed`.
    package let counts: [String: Int]?
    /// The report of a training, a quantisation or a study as a page, and of a study as a table: links by `html`, `csv`.
    package let pages: [String: String]?

    package init(
        model: ResourceName? = nil, version: Int? = nil, report: String? = nil, counts: [String: Int]? = nil,
        pages: [String: String]? = nil
    ) {
        self.model = model
        self.version = version
        self.report = report
        self.counts = counts
        self.pages = pages
    }
}
