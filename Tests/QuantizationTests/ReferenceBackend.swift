import Engine
import EngineOneDNN
import Foundation
import Synchronization

/// A backend made of the plain interpreters (but for training), whose int8 plans can be told to be wrong or slow.
final class ReferenceBackend: Backend {
    let description = "reference"
    let hasWideInt8Products: Bool
    let trainsInBfloat16 = false
    /// So many int8 networks, in the order in which they are compiled at a batch above 1, answer upside down.
    private let spoiled: Mutex<Int>
    private let int8IsSlow: Bool
    private let int8IsUnsupported: Bool
    private let trainingIsUnsupported: Bool

    init(
        hasWideInt8Products: Bool = true, spoiled: Int = 0, int8IsSlow: Bool = false, int8IsUnsupported: Bool = false,
        trainingIsUnsupported: Bool = false
    ) {
        self.hasWideInt8Products = hasWideInt8Products
        self.spoiled = Mutex(spoiled)
        self.int8IsSlow = int8IsSlow
        self.int8IsUnsupported = int8IsUnsupported
        self.trainingIsUnsupported = trainingIsUnsupported
    }

    func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        if trainingIsUnsupported { throw .unsupported(what: "training", by: description) }
        return try OneDNNBackend().trainingPlan(graph, options)
    }

    func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) -> any FloatInferencePlan {
        FloatPlan(ReferenceFloat(model: try graph.folded(with: parameters)), graph, options, isSlow: !int8IsSlow)
    }

    func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        if int8IsUnsupported { throw .unsupported(what: "int8", by: description) }
        guard network.floatLayers.isEmpty else { throw .unsupported(what: "layers in float", by: description) }
        let isSpoiled =
            options.batch > 1
            && spoiled.withLock { left in
                left -= 1
                return left >= 0
            }
        return Int8Plan(ReferenceInt8(model: network), options, isSpoiled: isSpoiled, isSlow: int8IsSlow)
    }

    /// Splits a batch into pictures.
    private static func pictures(_ numbers: UnsafeBufferPointer<Float>, _ count: Int) -> [[Float]] {
        let size = numbers.count / count
        return (0..<count).map { Array(numbers[($0 * size)..<(($0 + 1) * size)]) }
    }

    private final class FloatPlan: FloatInferencePlan {
        private var reference: ReferenceFloat
        private let graph: Graph
        private let side: Int
        private let isSlow: Bool
        let batch: Int
        let activationBytes = 0
        var network: FusedNetwork { reference.model.network }
        var classes: Int { network.classes }

        init(_ reference: ReferenceFloat, _ graph: Graph, _ options: PlanOptions, isSlow: Bool) {
            self.reference = reference
            self.graph = graph
            side = options.side
            batch = options.batch
            self.isSlow = isSlow
        }

        func load(_ parameters: ParameterSet) throws(EngineError) { reference = ReferenceFloat(model: try graph.folded(with: parameters)) }

        func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
            if isSlow, batch == 1 { usleep(3000) }
            return ReferenceBackend.pictures(pictures, count).flatMap { reference.run($0, side: side).last?.numbers ?? [] }
        }

        func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (Int, UnsafeBufferPointer<Float>) -> Void)
            throws(EngineError)
        {
            let results = ReferenceBackend.pictures(pictures, count).map { reference.run($0, side: side) }
            for layer in network.layers.indices { results.flatMap { $0[layer].numbers }.withUnsafeBufferPointer { visit(layer, $0) } }
        }

        func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] { [] }
    }

    private final class Int8Plan: InferencePlan {
        private let reference: ReferenceInt8
        private let side: Int
        private let isSpoiled: Bool
        private let isSlow: Bool
        let batch: Int
        let activationBytes = 0
        var classes: Int { reference.model.network.classes }

        init(_ reference: ReferenceInt8, _ options: PlanOptions, isSpoiled: Bool, isSlow: Bool) {
            self.reference = reference
            side = options.side
            batch = options.batch
            self.isSpoiled = isSpoiled
            self.isSlow = isSlow
        }

        func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
            if isSlow, batch == 1 { usleep(3000) }
            let logits = ReferenceBackend.pictures(pictures, count).flatMap { reference.run($0, side: side).logits }
            return isSpoiled ? logits.map { -$0 } : logits
        }

        func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] { [] }
    }
}
