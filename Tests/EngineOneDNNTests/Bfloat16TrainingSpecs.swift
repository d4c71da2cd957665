import Engine
import EngineOneDNN
import Networks
import Testing

/// Rounding to bfloat16 is off by at most 2⁻⁹ of a number (0.2 %), and nothing else is computed differently.
@Suite("Training in bfloat16")
struct Bfloat16TrainingSpecs {
    private static let isAvailable = OneDNNBackend().trainsInBfloat16

    private static func plan(_ graph: Graph, _ precision: TrainingPrecision, batch: Int, side: Int, threads: Int = 2) throws
        -> any TrainingPlan
    {
        var options = PlanOptions(batch: batch, side: side, threads: threads)
        options.precision = precision
        return try OneDNNBackend().trainingPlan(graph, options)
    }

    /// Logits and all gradients, one behind the other, of one pass.
    private static func pass(_ plan: any TrainingPlan, _ parameters: ParameterSet, batch: Int, side: Int) throws -> (
        logits: [Float], gradients: [Float]
    ) {
        try plan.load(parameters)
        let pictures = numbers(batch * 3 * side * side, seed: 2)
        let logits = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 0) }
        try plan.backward(numbers(logits.count, seed: 3), headOnly: false)
        return (logits, try plan.gradients().sorted { $0.key < $1.key }.flatMap(\.value))
    }

    @Test(
        "gives float32's logits within 1 % and its gradients within 5 % (relative L2) for every operation",
        .enabled(if: isAvailable, "this CPU has neither AVX512_BF16 nor AMX"), arguments: ConformanceCase.all)
    func operations(one: ConformanceCase) throws {
        // Given the same step in float32
        let parameters = try parameters(for: one.graph)
        let exact = try Self.pass(
            Self.plan(one.graph, .float32, batch: one.batch, side: one.side), parameters, batch: one.batch, side: one.side)
        // When the convolutions multiply in bfloat16
        let plan = try Self.plan(one.graph, .bfloat16, batch: one.batch, side: one.side)
        let rounded = try Self.pass(plan, parameters, batch: one.batch, side: one.side)
        // Then the results are those of float32 but for rounding, which is done where oneDNN has kernels for it
        #expect(relativeError(rounded.logits, exact.logits.map(Double.init)) < 0.01)
        #expect(relativeError(rounded.gradients, exact.gradients.map(Double.init)) < 0.05)
        let isRounding = try #require(plan as? OneDNNTrainingPlan).implementations.contains { $0.implementation.contains("bf16") }
        #expect((rounded.gradients != exact.gradients) == isRounding)
        // And the same step gives the same bits
        let again = try Self.pass(plan, parameters, batch: one.batch, side: one.side)
        #expect(again.logits == rounded.logits && again.gradients == rounded.gradients)
    }

    /// How far PyTorch's autocast goes from float32 in the same situation, the mean of four seeds (`Tests/References/bfloat16_gradients.py`): at random weights
    /// rounding turns ReLUs over, and every norm passes it on.
    private static let pytorch = [
        "resnet18": 0.368, "squeezenet1_1": 0.219, "mobilenetv3_large_100": 0.332, "mixnet_s": 0.327, "shufflenet_v2_x1_0": 1.109,
    ]

    @Test(
        "gives gradients of whole networks that are no further from float32's than PyTorch's in bfloat16, by kernels for it",
        .enabled(if: isAvailable, "this CPU has neither AVX512_BF16 nor AMX"), arguments: pytorch.keys.sorted())
    func networks(name: String) throws {
        let graph = try NetworkCatalogue.graph(name, classes: 5), parameters = ParameterSet.initial(for: graph, seed: 1)
        let exact = try Self.pass(Self.plan(graph, .float32, batch: 8, side: 64), parameters, batch: 8, side: 64)
        let plan = try Self.plan(graph, .bfloat16, batch: 8, side: 64)
        let rounded = try Self.pass(plan, parameters, batch: 8, side: 64)
        #expect(relativeError(rounded.gradients, exact.gradients.map(Double.init)) < (try #require(Self.pytorch[name])))
        let implementations = try #require(plan as? OneDNNTrainingPlan).implementations
        let dense = implementations.filter { $0.kind.hasPrefix("convolution") }
        let rounding = dense.count { $0.implementation.contains("bf16") }
        #expect(rounding > dense.count * 9 / 10, "\(dense.map(\.implementation))")
    }

    @Test("is refused where the CPU has no instructions for it", .enabled(if: !isAvailable, "this CPU has them"))
    func refused() throws {
        let graph = ConformanceCase.residualBlocks.graph
        let error = EngineError.unsupported(what: "training in bfloat16 on a CPU without AVX512_BF16 and AMX", by: "oneDNN")
        #expect(throws: error) { _ = try Self.plan(graph, .bfloat16, batch: 2, side: 16) }
    }
}
