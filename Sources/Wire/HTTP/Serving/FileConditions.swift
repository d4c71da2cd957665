import HTTPTypes

/// What a conditional or partial request for a file gets. Pure. Source: RFC 9110 sections 13.2.2 and 14.2.
struct FileConditions: Sendable {
    enum Outcome: Equatable {
        case whole
        case notModified
        case part(Range<Int>)
        case unsatisfiable
    }

    let etag: String?
    let modified: HTTPDate
    let size: Int

    func outcome(method: HTTPRequest.Method, fields: HTTPFields) -> Outcome {
        if let tags = fields[.ifNoneMatch] {
            if EntityTag.matches(tags, etag) { return .notModified }
        } else if let text = fields[.ifModifiedSince], let since = HTTPDate(text), modified <= since {
            return .notModified  // only without If-None-Match, section 13.1.3
        }
        guard method == .get, let text = fields[.range] else { return .whole }  // section 14.2: Range is for GET
        if let condition = fields[.ifRange], !holds(ifRange: condition) { return .whole }
        switch ByteRange.parse(text, size: size) {
        case .range(let range): return .part(range)
        case .unsatisfiable: return .unsatisfiable
        case .ignored: return .whole
        }
    }

    /// Section 13.1.5: a strong comparison of tags, or the exact date.
    private func holds(ifRange condition: String) -> Bool {
        if condition.hasPrefix("\"") { return condition == etag }
        return HTTPDate(condition) == modified
    }
}
