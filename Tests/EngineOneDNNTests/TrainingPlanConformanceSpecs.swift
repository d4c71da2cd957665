import Base
import Engine
import EngineOneDNN
import Testing

/// Every operation of ``GraphOperation`` in training: the plan against plain loops in float64, and those against finite differences.
@Suite("A training plan")
struct TrainingPlanConformanceSpecs {
    @Test(
        "computes what the reference computes, forward and backward",
        arguments: ConformanceCase.all + ConformanceCase.biases + ConformanceCase.fakeQuantisations)
    func equalsReference(one: ConformanceCase) throws {
        // Given the plain implementation and a loss: the sum of the logits times fixed numbers
        let parameters = try parameters(for: one.graph)
        let reference = try ReferenceNetwork(one.graph, parameters, batch: one.batch, side: one.side)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3)
        let pass = reference.forward(pictures.map(Double.init), isTraining: true)
        let gradients = reference.backward(pass, slope.map(Double.init))
        // When the plan makes the same step
        let plan = try OneDNNBackend().trainingPlan(
            one.graph, PlanOptions(batch: one.batch, side: one.side, threads: one.batch == 1 ? 1 : 2))
        try plan.load(parameters)
        let logits = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 0) }
        try plan.backward(slope, headOnly: false)
        let own = try plan.gradients()
        // Then logits, running statistics and every parameter's gradient agree
        #expect(relativeError(logits, pass.logits) < 2e-6)
        let after = try plan.parameters()
        for (name, values) in reference.runningStatistics(after: pass) {
            #expect(relativeError(try after.tensor(name).values, values) < 2e-6, "\(name)")
        }
        #expect(Set(own.keys) == Set(gradients.keys))
        // What a norm takes away again has no gradient (a bias before it): such are held against the largest gradient, which their rounding comes from.
        let largest = gradients.values.map { dot($0, $0).squareRoot() }.max() ?? 0
        for (name, values) in gradients {
            #expect(relativeError(own[name] ?? [], values, floor: 0.1 * largest) < 3e-5, "\(name)")
        }
        // And the same step gives the same bits
        try plan.load(parameters)
        let again = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 0) }
        try plan.backward(slope, headOnly: false)
        #expect(again == logits)
        #expect(try plan.gradients() == own)
    }

    @Test(
        "is held against a reference whose gradients are those of finite differences",
        arguments: ConformanceCase.all + ConformanceCase.biases)
    func referenceIsRight(one: ConformanceCase) throws {
        // Given a direction in the space of all parameters
        let parameters = try parameters(for: one.graph)
        let reference = try ReferenceNetwork(one.graph, parameters, batch: one.batch, side: one.side)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2).map(Double.init)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3).map(Double.init)
        let gradients = reference.backward(reference.forward(pictures, isTraining: true), slope)
        var random = SeededRandom(seed: 4)
        var direction: [String: [Double]] = [:]
        for name in gradients.keys.sorted() { direction[name] = (gradients[name] ?? []).map { _ in random.normal() } }
        // When the parameters go a little forth and back along it
        func loss(_ step: Double) -> Double {
            var moved = reference
            for (name, along) in direction { moved.parameters[name] = zip(reference.parameter(name), along).map { $0 + step * $1 } }
            return dot(moved.forward(pictures, isTraining: true).logits, slope)
        }
        let step = 1e-7
        let measured = (loss(step) - loss(-step)) / (2 * step)
        // Then the loss changes as the gradient says
        let predicted = gradients.reduce(0.0) { $0 + dot($1.value, direction[$1.key] ?? []) }
        let scale = gradients.reduce(0.0) { $0 + dot($1.value, $1.value) }.squareRoot()
        #expect(abs(measured - predicted) < 1e-4 * scale, "measured \(measured), predicted \(predicted)")
    }

    @Test("is refused for a norm that inference could not fold", arguments: ConformanceCase.unfoldable)
    func refuses(one: ConformanceCase) throws {
        let options = PlanOptions(batch: one.batch, side: one.side, threads: 1)
        let parameters = try parameters(for: one.graph)
        #expect(throws: EngineError.unsupported(what: "batch norm n without a convolution of its own", by: "folding")) {
            _ = try OneDNNBackend().trainingPlan(one.graph, options)
        }
        #expect(throws: EngineError.unsupported(what: "batch norm n without a convolution of its own", by: "folding")) {
            _ = try OneDNNBackend().inferencePlan(one.graph, parameters, options)
        }
    }

    @Test("leaves the body alone when only the head learns", arguments: [ConformanceCase.residualBlocks, ConformanceCase.squeezes[0]])
    func headOnly(one: ConformanceCase) throws {
        let parameters = try parameters(for: one.graph)
        let plan = try OneDNNBackend().trainingPlan(one.graph, PlanOptions(batch: one.batch, side: one.side, threads: 1))
        try plan.load(parameters)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3)
        _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 0) }
        try plan.backward(slope, headOnly: false)
        let full = try plan.gradients()
        // When the same step is made for the head alone
        try plan.load(parameters)
        _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 0) }
        try plan.backward(slope, headOnly: true)
        // Then there are the head's gradients, the same ones, and no others
        let head = try plan.gradients()
        #expect(Set(head.keys) == ["head.weight", "head.bias"])
        #expect(head.allSatisfy { full[$0.key] == $0.value })
        // And an update with a frozen body changes the head only
        try plan.update(
            OptimiserStep(optimiser: .sgd(momentum: 0, nesterov: false, weightDecay: 0), bodyRate: 1, headRate: 1, freezeBody: true))
        let after = try plan.parameters()
        for specification in one.graph.parameterSpecifications where specification.role.isTrainable {
            #expect((after[specification.name] != parameters[specification.name]) == specification.isHead, "\(specification.name)")
        }
    }
}
