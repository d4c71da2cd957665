import HTTPTypes

/// One step in the tree of routes.
struct RouteNode: Sendable {
    struct Route: Sendable {
        /// The names of the parameters in the order of the path.
        let names: [String]
        let staysOnLoop: Bool
        let handler: Handler
    }

    struct Match {
        let node: RouteNode
        let values: [String]
    }

    private var literals: [String: RouteNode] = [:]
    /// At most one child each, in arrays because a struct cannot hold itself.
    private var parameter: [RouteNode] = []
    private var rest: [RouteNode] = []
    private(set) var handlers: [HTTPRequest.Method: Route] = [:]

    mutating func insert(
        _ pattern: ArraySlice<Substring>, names: [String] = [], method: HTTPRequest.Method, staysOnLoop: Bool, handler: @escaping Handler
    ) {
        guard let first = pattern.first else {
            handlers[method] = Route(names: names, staysOnLoop: staysOnLoop, handler: handler)
            return
        }
        let others = pattern.dropFirst()
        guard first.hasPrefix("{"), first.hasSuffix("}") else {
            literals[String(first), default: RouteNode()].insert(
                others, names: names, method: method, staysOnLoop: staysOnLoop, handler: handler)
            return
        }
        let name = first.dropFirst().dropLast()
        if name.hasSuffix("...") {
            if rest.isEmpty { rest.append(RouteNode()) }
            rest[0].insert([], names: names + [String(name.dropLast(3))], method: method, staysOnLoop: staysOnLoop, handler: handler)
        } else {
            if parameter.isEmpty { parameter.append(RouteNode()) }
            parameter[0].insert(others, names: names + [String(name)], method: method, staysOnLoop: staysOnLoop, handler: handler)
        }
    }

    /// Complexity: O(segments) for trees whose literals and parameters do not overlap.
    func find(_ segments: ArraySlice<String>, values: [String] = []) -> Match? {
        guard let first = segments.first else {
            if !handlers.isEmpty { return Match(node: self, values: values) }
            return rest.first.map { Match(node: $0, values: values + [""]) }
        }
        if let match = literals[first]?.find(segments.dropFirst(), values: values) { return match }
        if !first.isEmpty, let match = parameter.first?.find(segments.dropFirst(), values: values + [first]) { return match }
        return rest.first.map { Match(node: $0, values: values + [segments.joined(separator: "/")]) }
    }

    /// The value of `Allow` (RFC 9110 section 10.2.1): the methods here, HEAD and OPTIONS where they follow, in alphabetical order.
    var allow: String { Self.list(Set(handlers.keys)) }
    /// The same for the whole tree.
    var allMethods: String { Self.list(methods) }

    private var methods: Set<HTTPRequest.Method> {
        (Array(literals.values) + parameter + rest).reduce(into: Set(handlers.keys)) { $0.formUnion($1.methods) }
    }

    private static func list(_ methods: Set<HTTPRequest.Method>) -> String {
        var names = Set(methods.map(\.rawValue))
        if names.contains("GET") { names.insert("HEAD") }
        names.insert("OPTIONS")
        return names.sorted().joined(separator: ", ")
    }
}
