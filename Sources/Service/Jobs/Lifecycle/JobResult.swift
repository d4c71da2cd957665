import Base

/// What a job that succeeded has made.
package struct JobResult: Codable, Sendable, Equatable {
    /// The model and its version (training).
    package let model: ResourceName?
    package let version: Int?
    /// The link of the report.
    package var report: String?
    /// Numbers of an import: `added`, `same`, `refused`, …
    package let counts: [String: Int]?

    package init(model: ResourceName? = nil, version: Int? = nil, report: String? = nil, counts: [String: Int]? = nil) {
        self.model = model
        self.version = version
        self.report = report
        self.counts = counts
    }
}
