/// Why a submitted text is no job.
package enum SpecificationError: Error, Sendable, Equatable {
    /// Not JSON at all (HTTP 400): the byte offset, and what is wrong there.
    case notJSON(offset: Int, detail: String)
    /// Nested deeper than allowed (HTTP 400).
    case tooDeep(limit: Int)
    /// Longer than allowed (HTTP 413).
    case tooLarge(bytes: Int, limit: Int)
    /// JSON, but no job that can work (HTTP 422): every fault there is, never empty.
    case invalid([SpecificationFault])

    /// The HTTP status that says so.
    package var status: Int {
        switch self {
        case .notJSON, .tooDeep: 400
        case .tooLarge: 413
        case .invalid: 422
        }
    }
}
