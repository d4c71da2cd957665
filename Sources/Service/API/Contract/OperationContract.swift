import HTTPTypes

/// What a route takes and gives: the source of its entry in `/openapi.json`, and of the check of its query.
struct OperationContract: Sendable {
    /// The body of a request.
    enum Body: Sendable, Equatable {
        case none
        /// A JSON object, described by a schema of the components.
        case json(String, required: Bool = true)
        /// Raw bytes of one of these media types.
        case raw([String], String)
        /// Files as `multipart/form-data`.
        case files(String)
        /// JSON, or JSON with bytes behind it.
        case jsonOrBinary(String, String)
        /// Raw bytes or files.
        case rawOrFiles([String], String)
    }

    /// The body of an answer.
    enum Content: Sendable, Equatable {
        case none
        case json(String)
        case media([String])
        /// JSON, or one of these media types where the client prefers it, or where bytes stand behind the JSON.
        case jsonOr(String, [String])
    }

    struct Answer: Sendable, Equatable {
        let status: Int
        let summary: String
        let content: Content
        let headers: [String]

        init(_ status: Int, _ summary: String, _ content: Content = .none, headers: [String] = []) {
            self.status = status
            self.summary = summary
            self.content = content
            self.headers = headers
        }
    }

    let id: String
    let tag: String
    let summary: String
    let query: [QueryParameter]
    let requestHeaders: [String]
    let body: Body
    let answers: [Answer]
    /// Statuses answered as `application/problem+json` besides those that any request can meet.
    let problems: [Int]
    /// Whether the handler computes next to nothing itself, and so stays on the connection's event loop.
    let isLight: Bool

    init(
        _ id: String, _ tag: String, _ summary: String, query: [QueryParameter] = [], requestHeaders: [String] = [], body: Body = .none,
        answers: [Answer], problems: [Int] = [], isLight: Bool = false
    ) {
        self.id = id
        self.tag = tag
        self.summary = summary
        self.query = query
        self.requestHeaders = requestHeaders
        self.body = body
        self.answers = answers
        self.problems = problems
        self.isLight = isLight
    }

    /// What is wrong with a request's query: names that the route does not know, names given twice, values out of range; all at once.
    func faults(inQuery pairs: [(name: String, value: String)]) -> [APIError.Fault] {
        guard !pairs.isEmpty else { return [] }
        var seen: Set<String> = []
        let allowed = query.isEmpty ? "this resource takes no query parameters" : "allowed: \(query.map(\.name).joined(separator: ", "))"
        return pairs.compactMap { pair in
            guard let parameter = query.first(where: { $0.name == pair.name }) else {
                return .init(
                    pointer: "?\(pair.name.prefix(64))", code: "unknown_parameter",
                    detail: "there is no such query parameter here; \(allowed)")
            }
            guard seen.insert(pair.name).inserted else {
                return .init(pointer: "?\(pair.name)", code: "repeated_parameter", detail: "\(pair.name) is given more than once")
            }
            return parameter.fault(of: pair.value)
        }
    }
}
