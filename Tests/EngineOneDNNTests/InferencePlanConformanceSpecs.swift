import Engine
import EngineOneDNN
import Testing

/// Every operation in float inference, folded and fused, against plain loops in float64.
@Suite("A float inference plan")
struct InferencePlanConformanceSpecs {
    @Test("computes what the reference computes with running statistics", arguments: ConformanceCase.all)
    func equalsReference(one: ConformanceCase) throws {
        let parameters = try parameters(for: one.graph)
        let reference = try ReferenceNetwork(one.graph, parameters, batch: one.batch, side: one.side)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let expected = reference.forward(pictures.map(Double.init), isTraining: false).logits
        // When a plan for as many pictures runs, and one for more
        for batch in [one.batch, one.batch + 1] {
            let plan = try OneDNNBackend().inferencePlan(one.graph, parameters, PlanOptions(batch: batch, side: one.side, threads: 2))
            let logits = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in
                try plan.run(pictures, count: one.batch)
            }
            // Then the logits agree
            #expect(relativeError(logits, expected) < 2e-6, "plan for \(batch)")
        }
    }

    @Test("refuses to bring results of different height or width together", arguments: ["add", "residual", "concatenate"])
    func refusesUnequalSides(_ what: String) throws {
        // Given results of 9 × 9 and 5 × 5 pixels, as a damaged model file may have them
        var builder = GraphBuilder(architecture: "unequal")
        let stem = builder.convolution("stem", builder.input, outputs: 16, kernel: 1)
        let small = builder.activation(.relu, builder.convolution("small", stem, outputs: 16, kernel: 1, stride: 2))
        let large = builder.convolution("large", stem, outputs: 16, kernel: 1)
        let both =
            switch what {
            case "add": builder.add(small, builder.activation(.relu, large))
            case "residual": builder.add(large, small)
            default: builder.concatenate([small, large])
            }
        let graph = builder.head("head", builder.globalAveragePool(both), classes: 3)
        // Then no plan is made of them
        #expect(throws: EngineError.self) {
            try OneDNNBackend().inferencePlan(graph, try parameters(for: graph), PlanOptions(batch: 1, side: 9, threads: 1))
        }
        #expect(throws: EngineError.self) { try OneDNNBackend().trainingPlan(graph, PlanOptions(batch: 1, side: 9, threads: 1)) }
    }

    @Test(
        "shows each layer's result as the reference has it",
        arguments: [ConformanceCase.routes[6], ConformanceCase.squeezes[1], ConformanceCase.residualBlocks])
    func observes(one: ConformanceCase) throws {
        // Given the results of all nodes of the graph
        let parameters = try parameters(for: one.graph)
        let reference = try ReferenceNetwork(one.graph, parameters, batch: one.batch, side: one.side)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let values = reference.forward(pictures.map(Double.init), isTraining: false).values
        let plan = try OneDNNBackend().inferencePlan(one.graph, parameters, PlanOptions(batch: one.batch, side: one.side, threads: 1))
        // When the plan shows its layers
        var seen: [Int: [Float]] = [:]
        try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in
            try plan.observe(pictures, count: one.batch) { layer, numbers in seen[layer, default: []] += Array(numbers) }
        }
        // Then each is the result of some node
        #expect(Set(seen.keys) == Set(plan.network.layers.indices))
        for (layer, numbers) in seen {
            let closest = values.map { relativeError(numbers, $0.numbers) }.min() ?? .infinity
            #expect(closest < 1e-5, "\(layer) \(plan.network.layers[layer].name)")
        }
    }
}
