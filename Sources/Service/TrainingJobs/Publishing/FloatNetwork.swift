import Engine

/// A finished network in floating point, trained or read.
struct FloatNetwork: Sendable {
    let graph: Graph
    let parameters: ParameterSet
}
