import Engine
import EngineOneDNN
import Synchronization

/// The real backend, but for the first int8 networks that are compiled for several pictures: they answer upside down.
final class SpoiltBackend: Backend {
    private let whole = OneDNNBackend()
    private let spoilt: Mutex<Int>

    init(spoilt: Int) { self.spoilt = Mutex(spoilt) }

    var description: String { whole.description }
    var hasWideInt8Products: Bool { whole.hasWideInt8Products }
    var trainsInBfloat16: Bool { whole.trainsInBfloat16 }

    func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        try whole.trainingPlan(graph, options)
    }

    func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) -> any FloatInferencePlan {
        try whole.inferencePlan(graph, parameters, options)
    }

    func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        let plan = try whole.inferencePlan(network, options)
        let isSpoilt =
            options.batch > 1
            && spoilt.withLock { left in
                left -= 1
                return left >= 0
            }
        return isSpoilt ? UpsideDown(plan) : plan
    }

    private final class UpsideDown: InferencePlan {
        private let plan: any InferencePlan

        init(_ plan: any InferencePlan) { self.plan = plan }

        var batch: Int { plan.batch }
        var classes: Int { plan.classes }
        var activationBytes: Int { plan.activationBytes }

        func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
            try plan.run(pictures, count: count).map { -$0 }
        }

        func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] { try plan.explain(repeats: repeats) }
    }
}
