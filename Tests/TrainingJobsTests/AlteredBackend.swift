import Engine
import EngineOneDNN
import Synchronization

/// The real kernels, but for what becomes of int8 networks.
struct AlteredBackend: Backend {
    private let whole = OneDNNBackend()
    private let int8: @Sendable (QuantisedNetwork, PlanOptions) throws(EngineError) -> any InferencePlan

    /// Those of a machine that has none for int8.
    static var withoutInt8: AlteredBackend {
        AlteredBackend { _, _ throws(EngineError) in throw .unsupported(what: "a convolution of 8-bit numbers", by: "kernels without int8")
        }
    }

    /// The first int8 networks that are compiled for several pictures answer upside down.
    static func spoilt(first count: Int) -> AlteredBackend {
        let left = Counter(count)
        return AlteredBackend { network, options throws(EngineError) in
            let plan = try OneDNNBackend().inferencePlan(network, options)
            return options.batch > 1 && left.takes() ? UpsideDown(plan) : plan
        }
    }

    private init(int8: @escaping @Sendable (QuantisedNetwork, PlanOptions) throws(EngineError) -> any InferencePlan) { self.int8 = int8 }

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
        try int8(network, options)
    }

    private final class Counter: Sendable {
        private let left: Mutex<Int>

        init(_ left: Int) { self.left = Mutex(left) }

        func takes() -> Bool {
            left.withLock { left in
                left -= 1
                return left >= 0
            }
        }
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
