import Engine
import Evaluation
import Foundation
import Tensors

/// Trains a network on with int8's rounding in its forward pass, so that it learns to give float's answers in spite of it. Sources: learning.md, section 7; Jacob et al. 2018,
/// arXiv:1712.05877, section 3.
///
/// Float master weights are kept. A step rounds a copy of them to 8 bits, one scale an output channel, goes forward and backward with the copy, and moves the masters by the gradient, as
/// if nothing had been rounded. Ranges of activations stay those of calibration. What is learnt are the probabilities of the float network (cross-entropy towards them), of which no
/// label is needed. The same pictures, threads and start give the same bits.
struct AwareTraining {
    /// The network to begin with, its channels equalised.
    let start: EqualisedNetwork
    /// The layer that is the classification head.
    let headName: String
    let weightBits: Int
    /// For batches of the training.
    let plan: PlanOptions
    let epochs: Int
    /// Of Adam, at its largest.
    let peakRate: Double
    let backend: any Backend

    /// The share of the steps in which the rate rises to its largest; from there it falls to zero along a cosine.
    private static let warmUpShare = 0.1

    /// - Parameter teacher: the float network that is agreed with; takes batches as large as the plan's.
    /// - Throws: ``QuantizationError/diverged(step:)``, `EngineError`, what the pictures throw.
    func run(teacher: any InferencePlan, _ pictures: AwareTrainingPictures) throws -> QuantisedNetwork {
        let network = start.folded.network
        let graph = try FakeQuantisedGraph.graph(of: network, scales: start.scales, headName: headName)
        let training = try backend.trainingPlan(graph, plan)
        var masters = try initial(graph)
        try training.load(masters)
        let steps = max(1, epochs * pictures.stepsPerEpoch)
        var step = 0
        for epoch in 0..<epochs {
            try pictures.epoch(epoch) { batch in
                try training.load(rounded(masters, graph))
                let target = try batch.pictures.withUnsafeBufferPointer { try teacher.run($0, count: batch.labels.count) }
                let seen = FakeQuantisedGraph.rounded(pictures: batch.pictures, scale: start.scales[0].scale)
                let logits = try seen.withUnsafeBufferPointer { try training.forward($0, seed: 0) }
                let (loss, gradient) = Self.crossEntropy(logits, towards: target, classes: graph.classes)
                guard loss.isFinite else { throw QuantizationError.diverged(step: step + 1) }
                try training.backward(gradient, headOnly: false)
                try training.load(masters)
                let stepRate = Float(rate(step, of: steps))
                try training.update(OptimiserStep(optimiser: Self.optimiser, bodyRate: stepRate, headRate: stepRate))
                masters = try training.parameters()
                step += 1
            }
        }
        let trained = FoldedNetwork(network: network, weights: masters.tensors)
        return IntegerBiases.rounded(try Quantiser.quantise(trained, scales: start.scales, weightBits: weightBits))
    }

    /// No weight decay: it would pull away from the float network.
    private static let optimiser = Optimiser.adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0)

    func rate(_ step: Int, of steps: Int) -> Double {
        let position = (Double(step) + 1) / Double(steps)
        if position < Self.warmUpShare { return peakRate * position / Self.warmUpShare }
        return peakRate / 2 * (1 + cos(.pi * (position - Self.warmUpShare) / (1 - Self.warmUpShare)))
    }

    /// The folded weights, and the biases as post-training quantisation corrects them.
    private func initial(_ graph: Graph) throws -> ParameterSet {
        var tensors = start.folded.weights
        let corrected = try start.quantised(weightBits: weightBits)
        for layer in start.folded.network.layers where !layer.weights.isEmpty {
            tensors["\(layer.name).bias"]?.values = layer.weights.flatMap { corrected.weights[$0.name]?.bias ?? [] }
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// Every weight as 8 bits hold it; biases as they are.
    private func rounded(_ masters: ParameterSet, _ graph: Graph) throws -> ParameterSet {
        var tensors = masters.tensors
        for specification in graph.parameterSpecifications where specification.role == .weight {
            guard let weight = tensors[specification.name] else { continue }
            tensors[specification.name] = Quantiser.rounded(weight, weightBits: weightBits)
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// - Parameters:
    ///   - logits: `[pictures, classes]`, row-major.
    ///   - target: logits of the network to agree with, as many.
    /// - Returns: the mean over the pictures of −Σ p·log q in nats, p being the target's probabilities, and its gradient with respect to the logits.
    static func crossEntropy(_ logits: [Float], towards target: [Float], classes: Int) -> (loss: Double, gradient: [Float]) {
        let count = logits.count / max(classes, 1)
        var loss = 0.0
        var gradient: [Float] = []
        gradient.reserveCapacity(logits.count)
        for row in 0..<count {
            let range = (row * classes)..<((row + 1) * classes)
            let wanted = Softmax.probabilities(target[range]), own = Softmax.probabilities(logits[range])
            for (p, q) in zip(wanted, own) {
                loss -= p * log(max(q, .leastNormalMagnitude)) / Double(count)
                gradient.append(Float((q - p) / Double(count)))
            }
        }
        return (loss, gradient)
    }
}
