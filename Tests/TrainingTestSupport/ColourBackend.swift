import Engine

/// Runs ``ColourGraph``, and nothing else, in plain Swift.
package struct ColourBackend: Backend {
    package let description = "plain loops"
    package let hasWideInt8Products = true
    package let trainsInBfloat16 = false

    package init() {}

    package func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        try check(graph)
        return ColourTrainingPlan(graph, options)
    }

    package func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError)
        -> any FloatInferencePlan
    {
        try check(graph)
        return ColourInferencePlan(graph, parameters, options)
    }

    package func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        throw .unsupported(what: "int8", by: description)
    }

    private func check(_ graph: Graph) throws(EngineError) {
        guard graph == ColourGraph.graph(classes: graph.classes) else { throw .unsupported(what: graph.architecture, by: description) }
    }
}
