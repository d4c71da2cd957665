/// What kind of work a job is.
package enum JobType: String, Codable, Sendable, CaseIterable {
    case train
    /// Makes the int8 form of a finished model anew.
    case quantise
    /// Compares a grid of trainings, which are jobs of their own.
    case study
    /// Takes an uploaded archive into a dataset. Made by the service for an upload, never by `POST /v1/jobs`.
    case importArchive = "import"
}
