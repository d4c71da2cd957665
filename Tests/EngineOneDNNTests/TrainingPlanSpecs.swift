import Base
import Engine
import EngineOneDNN
import Networks
import Testing

@Suite("A training plan")
struct TrainingPlanSpecs {
    /// Every fusion on few channels: squeezed norm, stochastic depth, residual, mixed kernels, split and shuffle.
    private static func network(depth: Float = 0.5) -> Graph {
        var builder = GraphBuilder(architecture: "small")
        var x = builder.convolution("stem", builder.input, outputs: 12, kernel: 3, stride: 2)
        x = builder.activation(.hardSwish, builder.batchNorm("stem.norm", x))
        let around = x
        let parts = [3, 5].map { Convolution(inputs: 6, outputs: 6, kernel: $0, padding: .symmetric($0 / 2), groups: 6) }
        x = builder.mixedConvolution("mixed", x, parts: parts)
        x = builder.activation(.silu, builder.batchNorm("mixed.norm", x))
        let squeezed = builder.activation(
            .relu, builder.linear("se.reduce", builder.globalAveragePool(x), outputs: 4, isPointwise: true))
        x = builder.channelScale(
            x, by: builder.activation(.sigmoid, builder.linear("se.expand", squeezed, outputs: 12, isPointwise: true)))
        x = builder.convolution("project", x, outputs: 12, kernel: 1)
        x = builder.add(builder.stochasticDepth(builder.batchNorm("project.norm", x), probability: depth), around)
        let halves = builder.split(x, into: [6, 6])
        let changed = builder.activation(
            .relu, builder.batchNorm("half.norm", builder.convolution("half", halves[1], outputs: 6, kernel: 3)))
        x = builder.shuffle(builder.concatenate([halves[0], changed]), groups: 2)
        return builder.head("head", builder.dropout(builder.globalAveragePool(x), probability: 0.3), classes: 3)
    }

    private static func pictures(_ count: Int, side: Int, seed: UInt64 = 1) -> [Float] {
        var random = SeededRandom(seed: seed)
        return (0..<count * 3 * side * side).map { _ in Float(random.normal()) }
    }

    private static func plan(_ graph: Graph, batch: Int, side: Int = 12, threads: Int = 2, recomputes: Bool = false) throws
        -> OneDNNTrainingPlan
    {
        var options = PlanOptions(batch: batch, side: side, threads: threads)
        options.recomputesNorms = recomputes
        let plan = try OneDNNTrainingPlan(graph, options)
        try plan.load(ParameterSet.initial(for: graph, seed: 5))
        return plan
    }

    /// Logits and gradients of one pass.
    private static func pass(
        _ plan: OneDNNTrainingPlan, _ pictures: [Float], adding: Bool = false, headOnly: Bool = false
    ) throws -> (logits: [Float], gradients: [String: [Float]]) {
        let logits = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 9) }
        let gradient = logits.indices.map { Float($0 % 5) * 0.1 - 0.2 }
        try plan.backward(gradient, headOnly: headOnly, adding: adding)
        return (logits, try plan.gradients())
    }

    @Test("takes a smaller last batch as a plan made for it does, and the whole one again afterwards")
    func smallerBatch() throws {
        // Given a plan for 4 pictures and one for 3
        let graph = Self.network()
        let plan = try Self.plan(graph, batch: 4), other = try Self.plan(graph, batch: 3)
        let whole = Self.pictures(4, side: 12), three = Array(whole.prefix(3 * 3 * 144))
        let before = try Self.pass(plan, whole)
        // When 3 pictures come
        let small = try Self.pass(plan, three), expected = try Self.pass(other, three)
        // Then both give the same bits: statistics are those of 3 pictures
        #expect(small.logits == expected.logits)
        #expect(small.gradients == expected.gradients)
        // And the whole batch gives what it gave
        let after = try Self.pass(plan, whole)
        #expect(after.logits == before.logits)
        #expect(after.gradients == before.gradients)
        #expect(throws: EngineError.wrongCount(what: "numbers of the pictures", got: 100, expected: 4 * 3 * 144)) {
            _ = try Self.pass(plan, [Float](repeating: 0, count: 100))
        }
    }

    @Test("adds the gradients of several batches")
    func accumulates() throws {
        // Given two batches and their gradients one by one
        let plan = try Self.plan(Self.network(depth: 0), batch: 2)
        let first = Self.pictures(2, side: 12), second = Self.pictures(2, side: 12, seed: 2)
        let alone = try Self.pass(plan, second).gradients, sum = try Self.pass(plan, first).gradients
        // When the second is added to the first
        let both = try Self.pass(plan, second, adding: true).gradients
        // Then each number is the sum of the two
        for (name, values) in both {
            let parts = zip(try #require(sum[name]), try #require(alone[name])).map { $0 + $1 }
            #expect(values == parts, "\(name)")
        }
        #expect(both.values.contains { $0.contains { abs($0) > 1e-4 } })
    }

    @Test("gives the same bits when the results of norms are made again in the backward pass")
    func recomputes() throws {
        let graph = Self.network(), pictures = Self.pictures(4, side: 12)
        let kept = try Self.pass(Self.plan(graph, batch: 4), pictures)
        let recomputed = try Self.pass(Self.plan(graph, batch: 4, recomputes: true), pictures)
        #expect(kept.logits == recomputed.logits)
        #expect(kept.gradients == recomputed.gradients)
    }

    @Test("gives the head's gradients alone where the body is frozen, also where the head is not the last node")
    func headOnly() throws {
        for name in ["squeezenet1_1", "mobilenetv3_large_100"] {
            let graph = try NetworkCatalogue.graph(name, classes: 3)
            let plan = try Self.plan(graph, batch: 2, side: 64), pictures = Self.pictures(2, side: 64)
            let all = try Self.pass(plan, pictures).gradients
            let head = try Self.pass(plan, pictures, headOnly: true).gradients
            #expect(Set(head.keys) == ["\(graph.headName).weight", "\(graph.headName).bias"])
            for (parameter, values) in head { #expect(values == all[parameter], "\(name) \(parameter)") }
        }
    }

    @Test("drops whole pictures in stochastic depth, anew with each seed, and the same with the same seed")
    func stochasticDepth() throws {
        let plan = try Self.plan(Self.network(), batch: 4), pictures = Self.pictures(4, side: 12)
        let first = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 1) }
        let again = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 1) }
        let other = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 2) }
        #expect(first == again)
        #expect(first != other)
    }

    @Test("has a fast kernel for every operation of every network", arguments: NetworkCatalogue.all.map(\.name), [32, 64, 96, 224])
    func fastKernels(_ name: String, side: Int) throws {
        let graph = try NetworkCatalogue.graph(name, classes: 5)
        for precision in TrainingPrecision.allCases where precision == .float32 || OneDNNBackend().trainsInBfloat16 {
            var options = PlanOptions(batch: 2, side: side, threads: 1)
            options.precision = precision
            let slow = try OneDNNTrainingPlan(graph, options).implementations.filter {
                $0.implementation.contains("ref") || $0.implementation.contains("gemm") || $0.implementation == "unknown"
            }
            #expect(slow.map { "\($0.node) \($0.kind) \($0.implementation)" } == [], "\(precision)")
        }
    }
}
