import Engine

/// A network, where it starts from, and how it is trained.
package struct Recipe: Sendable {
    package let graph: Graph
    package let initial: ParameterSet
    package let configuration: TrainingConfiguration

    package init(graph: Graph, initial: ParameterSet, configuration: TrainingConfiguration) {
        self.graph = graph
        self.initial = initial
        self.configuration = configuration
    }
}
