import Engine
import EngineOneDNN
import Foundation
import Testing

/// The optimisers' steps against their formulas in float64, three steps long, so that moments and bias correction matter.
@Suite("An update")
struct OptimiserSpecs {
    private static let optimisers: [Optimiser] = [
        .sgd(momentum: 0, nesterov: false, weightDecay: 0), .sgd(momentum: 0.9, nesterov: false, weightDecay: 1e-2),
        .sgd(momentum: 0.9, nesterov: true, weightDecay: 1e-4), .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01),
        .adamW(beta1: 0.8, beta2: 0.999, epsilon: 1e-5, weightDecay: 0),
    ]

    @Test("moves weights and moments as PyTorch's formula does", arguments: optimisers)
    func equalsFormula(optimiser: Optimiser) throws {
        let one = ConformanceCase.residualBlocks
        let plan = try OneDNNBackend().trainingPlan(one.graph, PlanOptions(batch: one.batch, side: one.side, threads: 2))
        let start = try parameters(for: one.graph)
        try plan.load(start)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3)
        let step = OptimiserStep(optimiser: optimiser, bodyRate: 1e-3, headRate: 1e-2)
        let trainable = one.graph.parameterSpecifications.filter(\.role.isTrainable)
        var expected = Dictionary(uniqueKeysWithValues: try trainable.map { ($0.name, try start.tensor($0.name).values.map(Double.init)) })
        var first = expected.mapValues { $0.map { _ in 0.0 } }, second = first
        for time in 1...3 {
            // When the plan makes a step with its gradients
            _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 0) }
            try plan.backward(slope, headOnly: false)
            let gradients = try plan.gradients()
            try plan.update(step)
            // And the formula with the same gradients
            for specification in trainable {
                let name = specification.name, rate = Double(specification.isHead ? step.headRate : step.bodyRate)
                for index in 0..<specification.count {
                    let g = Double(gradients[name]?[index] ?? 0)
                    var (w, m, v) = (expected[name]?[index] ?? 0, first[name]?[index] ?? 0, second[name]?[index] ?? 0)
                    Self.step(optimiser, rate, time, g, &w, &m, &v)
                    expected[name]?[index] = w
                    first[name]?[index] = m
                    second[name]?[index] = v
                }
            }
        }
        // Then both are where the other is
        let after = try plan.parameters(), state = try plan.optimiserState()
        for specification in trainable {
            let name = specification.name
            #expect(relativeError(try after.tensor(name).values, expected[name] ?? []) < 1e-6, "\(name)")
            #expect(relativeError(state.first[name] ?? [], first[name] ?? [], floor: 1e-12) < 1e-5, "\(name)")
            #expect(relativeError(state.second[name] ?? [], second[name] ?? [], floor: 1e-12) < 1e-5, "\(name)")
        }
        #expect(state.bodySteps == 3 && state.headSteps == 3)
    }

    @Test("goes on from a saved state bit for bit")
    func resumes() throws {
        let one = ConformanceCase.squeezes[0]
        let options = PlanOptions(batch: one.batch, side: one.side, threads: 2)
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3)
        let step = OptimiserStep(
            optimiser: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01), bodyRate: 1e-3, headRate: 1e-2)
        func run(_ plan: any TrainingPlan, _ seeds: ClosedRange<UInt64>) throws {
            for seed in seeds {
                _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: seed) }
                try plan.backward(slope, headOnly: false)
                try plan.update(step)
                try plan.updateAverage(decay: 0.75)
            }
        }
        let whole = try OneDNNBackend().trainingPlan(one.graph, options)
        try whole.load(parameters(for: one.graph))
        try run(whole, 1...2)
        // When a second plan takes over in the middle
        let resumed = try OneDNNBackend().trainingPlan(one.graph, options)
        try resumed.load(whole.parameters())
        try resumed.load(optimiser: whole.optimiserState())
        try resumed.load(average: try #require(try whole.average()))
        try run(whole, 3...4)
        try run(resumed, 3...4)
        // Then both end alike
        #expect(try whole.parameters() == resumed.parameters())
        #expect(try whole.optimiserState() == resumed.optimiserState())
        #expect(try whole.average() == resumed.average())
    }

    @Test("averages every weight and running statistic exponentially, the first time by a copy", arguments: [1, 2])
    func averages(threads: Int) throws {
        // Given a network that is taught for four steps
        let one = ConformanceCase.squeezes[0]
        let plan = try OneDNNBackend().trainingPlan(one.graph, PlanOptions(batch: one.batch, side: one.side, threads: threads))
        let pictures = numbers(one.batch * 3 * one.side * one.side, seed: 2)
        let slope = numbers(one.batch * ConformanceCase.classes, seed: 3)
        let step = OptimiserStep(optimiser: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0), bodyRate: 0.01, headRate: 0.01)
        try plan.load(parameters(for: one.graph))
        #expect(try plan.average() == nil)
        var expected: [String: [Double]] = [:]
        for (number, decay) in [Float(0.5), 0.5, 0.9, 0.25].enumerated() {
            _ = try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: 1) }
            try plan.backward(slope, headOnly: false)
            try plan.update(step)
            // When the average follows, plainly: the first time a copy, then d · a + (1 − d) · w
            try plan.updateAverage(decay: decay)
            for (name, tensor) in try plan.parameters().tensors {
                let values = tensor.values.map(Double.init)
                guard number > 0, let old = expected[name] else {
                    expected[name] = values
                    continue
                }
                let share = Double(decay)
                expected[name] = zip(old, values).map { pair -> Double in share * pair.0 + (1 - share) * pair.1 }
            }
        }
        // Then every tensor is that average
        let average = try #require(try plan.average())
        #expect(average.tensors.count == expected.count)
        for (name, values) in expected { #expect(relativeError(try average.tensor(name).values, values) < 1e-6, "\(name)") }
    }

    private static func step(
        _ optimiser: Optimiser, _ rate: Double, _ time: Int, _ gradient: Double, _ w: inout Double, _ m: inout Double, _ v: inout Double
    ) {
        switch optimiser {
        case .sgd(let momentum, let nesterov, let weightDecay):
            let g = gradient + Double(weightDecay) * w
            m = Double(momentum) * m + g
            w -= rate * (nesterov ? g + Double(momentum) * m : m)
        case .adamW(let beta1, let beta2, let epsilon, let weightDecay):
            let (b1, b2) = (Double(beta1), Double(beta2))
            w -= rate * Double(weightDecay) * w
            m = b1 * m + (1 - b1) * gradient
            v = b2 * v + (1 - b2) * gradient * gradient
            w -= rate * m / (1 - pow(b1, Double(time))) / ((v / (1 - pow(b2, Double(time)))).squareRoot() + Double(epsilon))
        }
    }
}
