import COneDNN
import Engine

/// The backend that we have: oneDNN's primitives and our own kernels on the CPU.
package struct OneDNNBackend: Backend {
    package init() {}

    package var description: String {
        let version = dnnl_version().pointee
        return "oneDNN \(version.major).\(version.minor).\(version.patch), \(Runtime.instructionSet.name)"
    }

    package var hasWideInt8Products: Bool { Runtime.instructionSet.hasVNNI }

    package var trainsInBfloat16: Bool { Runtime.instructionSet.hasBfloat16 }

    package func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        try OneDNNTrainingPlan(graph, options)
    }

    package func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError)
        -> any FloatInferencePlan
    {
        try OneDNNFloatPlan(graph, parameters, options)
    }

    package func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        try OneDNNInt8Plan(network, options)
    }
}
