import Engine
import Evaluation
import Tensors
import Training

/// Trains a network on with int8's rounding in its forward pass, so that it learns to give float's logits in spite of it. Sources: learning.md, section 7; Jacob et al. 2018,
/// arXiv:1712.05877, section 3.
///
/// Float master weights are kept. A step rounds a copy of them to 8 bits, one scale an output channel, goes forward and backward with the copy, and moves the masters by the gradient, as
/// if nothing had been rounded. Ranges of activations stay those of calibration. What is learnt are the logits of the float network, of which no label is needed.
///
/// Int8 is near float to begin with, and Adam makes steps of full size of however little there is to learn: at 5·10⁻⁵ the float masters themselves went further from the float network than
/// 8 bits are (6 instead of 14 dB in MobileNetV2 on fungi, with rounding and without). So the rate is small, each epoch goes from it to zero and is judged by int8's own noise,
/// and an epoch that did not lessen it is taken back and the rate cut. The same pictures, threads and start give the same bits.
struct AwareTraining {
    /// The network to begin with, its channels equalised.
    let start: EqualisedNetwork
    /// The layer that is the classification head.
    let headName: String
    let weightBits: Int
    /// For batches of the training.
    let plan: PlanOptions
    let epochs: Int
    /// Of Adam, at its largest, until an epoch is taken back.
    let peakRate: Double
    let backend: any Backend

    /// What the rate is divided by where an epoch is taken back.
    private static let rateCut = 3.0
    /// No weight decay: it would pull away from the float network.
    private static let optimiser = Optimiser.adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)

    /// - Parameter teacher: the float network that is agreed with; takes batches as large as the plan's.
    /// - Returns: the quietest network that an epoch ended with; what post-training quantisation gives where none was quieter than that.
    /// - Throws: ``QuantizationError/diverged(step:)``, `EngineError`, what the pictures throw.
    func run(teacher: any InferencePlan, _ pictures: AwareTrainingPictures) throws -> QuantisedNetwork {
        let graph = try FakeQuantisedGraph.graph(of: start.folded.network, scales: start.scales, headName: headName)
        let training = try backend.trainingPlan(graph, plan)
        var best = (masters: try initial(graph), network: try start.quantised(weightBits: weightBits), noise: Double.infinity)
        best.noise = try noise(best.network, teacher, pictures.judging)
        var masters = best.masters, held = best.masters
        try training.load(masters)
        var peak = peakRate
        for epoch in 0..<epochs {
            let schedule = RateSchedule(
                optimiser: Self.optimiser, maximum: peak, frozenSteps: 0, wholeSteps: pictures.stepsPerEpoch, bodyDivisor: 1)
            var step = 0
            try pictures.epoch(epoch) { batch in
                try round(masters, into: &held, graph)
                try training.load(held)
                let target = try batch.pictures.withUnsafeBufferPointer { try teacher.run($0, count: batch.labels.count) }
                let seen = FakeQuantisedGraph.rounded(pictures: batch.pictures, scale: start.scales[0])
                let logits = try seen.withUnsafeBufferPointer { try training.forward($0, seed: 0) }
                let (loss, gradient) = LogitNoise.loss(logits, towards: target, classes: graph.classes)
                guard loss.isFinite else { throw QuantizationError.diverged(step: epoch * pictures.stepsPerEpoch + step + 1) }
                try training.backward(gradient, headOnly: false)
                try training.load(masters)
                try training.update(schedule.step(step))
                masters = try training.parameters()
                step += 1
            }
            let network = try quantised(masters), noise = try noise(network, teacher, pictures.judging)
            if noise < best.noise {
                best = (masters, network, noise)
            } else {
                masters = best.masters
                peak /= Self.rateCut
            }
        }
        return best.network
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

    private func quantised(_ masters: ParameterSet) throws -> QuantisedNetwork {
        let trained = FoldedNetwork(network: start.folded.network, weights: masters.tensors)
        return IntegerBiases.rounded(try Quantiser.quantise(trained, scales: start.scales, weightBits: weightBits))
    }

    /// Every weight as 8 bits hold it; biases as they are.
    private func round(_ masters: ParameterSet, into held: inout ParameterSet, _ graph: Graph) throws {
        for specification in graph.parameterSpecifications where specification.role.isTrainable {
            let tensor = try masters.tensor(specification.name)
            try held.change(specification.name) { values in
                if specification.role == .weight {
                    Quantiser.round(tensor, weightBits: weightBits, into: values)
                } else {
                    _ = values.update(from: tensor.values)
                }
            }
        }
    }

    /// ``LogitNoise`` of the int8 plan over all pictures.
    private func noise(_ network: QuantisedNetwork, _ teacher: any InferencePlan, _ pictures: QuantisationPictures) throws -> Double {
        let int8 = try backend.inferencePlan(network, plan)
        var sum = 0.0
        try pictures { batch in
            let (got, wanted) = try batch.pictures.withUnsafeBufferPointer {
                (try int8.run($0, count: batch.labels.count), try teacher.run($0, count: batch.labels.count))
            }
            sum += LogitNoise.loss(got, towards: wanted, classes: int8.classes).loss * Double(batch.labels.count)
        }
        return sum
    }
}
