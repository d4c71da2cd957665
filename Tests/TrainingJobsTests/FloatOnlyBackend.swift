import Engine
import EngineOneDNN

/// The real kernels of a machine that has none for int8.
struct FloatOnlyBackend: Backend {
    private let kernels = OneDNNBackend()

    var description: String { "kernels without int8" }
    var hasWideInt8Products: Bool { kernels.hasWideInt8Products }
    var trainsInBfloat16: Bool { kernels.trainsInBfloat16 }

    func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        try kernels.trainingPlan(graph, options)
    }

    func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) -> any FloatInferencePlan {
        try kernels.inferencePlan(graph, parameters, options)
    }

    func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        throw .unsupported(what: "a convolution of 8-bit numbers", by: description)
    }
}
