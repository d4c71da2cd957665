import Engine
import EngineOneDNN
import Tensors
import Testing

/// Dropout and stochastic depth draw from the seed of the step; what they must do is known, which ones they choose is not.
@Suite("Dropout and stochastic depth")
struct RandomOperationSpecs {
    private static let batch = 4, side = 7

    /// Picture → convolution → body → mean → linear, without norms: the loss is linear in every layer's weights.
    private func plan(
        threads: Int = 2, outputs: Int = 20, _ body: (inout GraphBuilder, Int) -> Int, features: (inout GraphBuilder, Int) -> Int = { $1 }
    ) throws -> (plan: any TrainingPlan, parameters: ParameterSet) {
        var builder = GraphBuilder(architecture: "random")
        let x = builder.convolution("stem", builder.input, outputs: outputs, kernel: 3)
        let y = features(&builder, builder.globalAveragePool(body(&builder, x)))
        let graph = builder.head("head", y, classes: outputs)
        // The head hands each feature on as it is, so that the logits show them.
        var tensors = try EngineOneDNNTests.parameters(for: graph).tensors
        tensors["head.weight"] = try FloatTensor(
            shape: [outputs, outputs], values: (0..<outputs * outputs).map { $0 / outputs == $0 % outputs ? 1 : 0 })
        tensors["head.bias"] = FloatTensor(zeros: [outputs])
        let parameters = try ParameterSet(tensors, for: graph)
        let plan = try OneDNNBackend().trainingPlan(graph, PlanOptions(batch: Self.batch, side: Self.side, threads: threads))
        try plan.load(parameters)
        return (plan, parameters)
    }

    private let pictures = numbers(batch * 3 * side * side, seed: 5)

    private func forward(_ plan: any TrainingPlan, _ seed: UInt64) throws -> [Float] {
        try pictures.withUnsafeBufferPointer { (pictures) throws(EngineError) in try plan.forward(pictures, seed: seed) }
    }

    @Test("dropout zeroes its share of the features and scales the rest", arguments: [Float(0.2), 0.5])
    func dropout(probability: Float) throws {
        let (dropping, _) = try plan({ $1 }, features: { $0.dropout($1, probability: probability) })
        let (plain, _) = try plan({ $1 })
        let base = try forward(plain, 0)
        // When many seeds are drawn
        var zeros = 0, total = 0
        for seed in UInt64(0)..<200 {
            let logits = try forward(dropping, seed)
            for (value, full) in zip(logits, base) {
                let isZero = value == 0
                #expect(isZero || abs(value - full / (1 - probability)) < 1e-5 * max(1, abs(full)))
                zeros += isZero ? 1 : 0
                total += 1
            }
            #expect(try forward(dropping, seed) == logits)
        }
        // Then as many are zero as a binomial distribution allows (5 standard deviations of 16,000 draws)
        let deviation = (Double(probability * (1 - probability)) / Double(total)).squareRoot()
        #expect(abs(Double(zeros) / Double(total) - Double(probability)) < 5 * deviation)
        #expect(try forward(dropping, 1) != forward(dropping, 2))
    }

    @Test("stochastic depth drops a picture's branch as a whole, or scales it", arguments: [Float(0.2), 0.6])
    func stochasticDepth(probability: Float) throws {
        func body(_ probability: Float?) -> (inout GraphBuilder, Int) -> Int {
            {
                var y = $0.convolution("branch", $1, outputs: 20, kernel: 3)
                if let probability { y = $0.stochasticDepth(y, probability: probability) }
                return $0.add(y, $1)
            }
        }
        let around = try forward(try plan({ $1 }).plan, 0), both = try forward(try plan(body(nil)).plan, 0)
        let (dropping, _) = try plan(body(probability))
        var dropped = 0, total = 0
        for seed in UInt64(0)..<500 {
            let logits = try forward(dropping, seed)
            for picture in 0..<Self.batch {
                let range = picture * 20..<(picture + 1) * 20
                let isDropped = range.allSatisfy { abs(logits[$0] - around[$0]) < 1e-5 }
                let isScaled = range.allSatisfy {
                    abs(logits[$0] - (around[$0] + (both[$0] - around[$0]) / (1 - probability))) < 3e-5
                }
                #expect(isDropped != isScaled)
                dropped += isDropped ? 1 : 0
                total += 1
            }
        }
        let deviation = (Double(probability * (1 - probability)) / Double(total)).squareRoot()
        #expect(abs(Double(dropped) / Double(total) - Double(probability)) < 5 * deviation)
    }

    @Test("what was dropped forward is dropped backward", arguments: [UInt64(1), 2, 3])
    func backwardRepeatsTheChoice(seed: UInt64) throws {
        // Given a loss that is linear in the weights of the first convolution: its value is weights · gradient
        let (plan, parameters) = try plan(
            {
                let y = $0.stochasticDepth($0.convolution("branch", $1, outputs: 20, kernel: 1), probability: 0.4)
                return $0.dropout($0.add(y, $1), probability: 0.3)
            }, features: { $0.dropout($1, probability: 0.3) })
        let slope = numbers(Self.batch * 20, seed: 6)
        let logits = try forward(plan, seed)
        // When the gradient is taken
        try plan.backward(slope, headOnly: false)
        let gradient = try #require(try plan.gradients()["stem.weight"])
        // Then it belongs to the pass that was made
        let loss = zip(logits, slope).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let product = zip(try parameters.tensor("stem.weight").values, gradient).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(loss - product) < 1e-4 * max(1, abs(loss)), "loss \(loss), weights times gradient \(product)")
    }

    @Test("the seed decides, not the number of threads")
    func threadsDoNotMatter() throws {
        let body: (inout GraphBuilder, Int) -> Int = {
            $0.add($0.stochasticDepth($0.convolution("branch", $1, outputs: 20, kernel: 3), probability: 0.5), $1)
        }
        let one = try plan(threads: 1, body, features: { $0.dropout($1, probability: 0.5) }).plan
        let two = try plan(threads: 2, body, features: { $0.dropout($1, probability: 0.5) }).plan
        for seed in UInt64(0)..<20 {
            #expect(zip(try forward(one, seed), try forward(two, seed)).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }
}
