import Jobs

extension Submission {
    /// Pointer and code of everything that is wrong with a request, sorted; none where it is accepted.
    static func faults(_ json: String, in context: SubmissionContext) throws -> [String] {
        do {
            _ = try Submission(json: Array(json.utf8)).specification(in: context)
            return []
        } catch {
            guard case .invalid(let faults) = error else { throw error }
            return faults.map { "\($0.pointer) \($0.code)" }.sorted()
        }
    }
}
