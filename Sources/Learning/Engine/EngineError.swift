/// What can be wrong with a graph, its parameters or a plan: what was got and what is allowed.
package enum EngineError: Error, Sendable, Equatable {
    case pictureTooSmall(architecture: String, side: Int, node: String)
    /// All faults of a parameter set at once, by name.
    case parameters(missing: [String], unexpected: [String], wrongShape: [WrongShape])
    case wrongCount(what: String, got: Int, expected: Int)
    /// A call of the backend's library failed.
    case backend(call: String, status: String, node: String)
    case unsupported(what: String, by: String)

    package struct WrongShape: Sendable, Equatable {
        package let name: String
        package let got: [Int]
        package let expected: [Int]

        package init(name: String, got: [Int], expected: [Int]) {
            self.name = name
            self.got = got
            self.expected = expected
        }
    }
}
