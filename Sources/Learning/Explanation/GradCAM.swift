import Engine

/// Where on a picture a network found what speaks for a class: Grad-CAM.
///
/// Of the last feature map `A` (``NetworkTail``), each channel `k` is weighted by `alpha_k`, the mean over its pixels of the derivative of the class's logit; the map is
/// `ReLU(Σ alpha_k · A_k)`. The forward pass is the float plan's; the way back from the logit to `A` is short and done here.
///
/// Source: Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2.
package struct GradCAM: Sendable {
    /// What was found.
    package struct Finding: Sendable, Equatable {
        /// `[classes]`, the plan's own.
        package let logits: [Float]
        /// The class that the map belongs to.
        package let label: Int
        package let heat: HeatMap
    }

    package let tail: NetworkTail
    /// The name of the layer that makes the feature map; of a concatenation, the names of what it joins.
    package let layer: String
    /// Bytes of the weights that it keeps: those of the tail.
    package let bytes: Int
    private let target: FusedNetwork.Layer
    private let channels: Int
    private let steps: [TailStep]

    /// - Throws: ``EngineError/unsupported(what:by:)`` for a network whose end cannot be walked back; as `Graph.folded(with:layers:)`.
    package init(_ graph: Graph, _ parameters: ParameterSet) throws(EngineError) {
        let network = try graph.fused()
        tail = try NetworkTail(of: network)
        let folded = try graph.folded(with: parameters, layers: Set(tail.layers))
        var steps: [TailStep] = []
        for index in tail.layers { steps += try TailStep.steps(of: network.layers[index], folded) }
        self.steps = steps
        channels = network.channels[tail.target]
        let target = network.layers[tail.target]
        self.target = target
        layer = target.name.isEmpty ? target.inputs.map { network.layers[$0].name }.joined(separator: " + ") : target.name
        bytes = steps.reduce(0) { $0 + $1.bytes }
    }

    /// - Parameters:
    ///   - picture: normalised, `[3, side, side]`.
    ///   - label: a class, `0..<classes`; nil for the one with the greatest logit.
    ///   - plan: of the same network and parameters; used by this thread only.
    /// - Throws: what the plan throws; ``EngineError/unsupported(what:by:)`` for a plan of another network; ``EngineError/wrongCount(what:got:expected:)`` for a
    ///   class that there is not.
    package func finding(_ picture: [Float], label: Int?, plan: any FloatInferencePlan) throws(EngineError) -> Finding {
        let last = plan.network.layers.count - 1
        guard plan.network.layers.indices.contains(tail.target), plan.network.layers[tail.target] == target else {
            throw .unsupported(what: "a plan without the layer '\(layer)'", by: "Grad-CAM")
        }
        var map: [Float] = [], logits: [Float] = []
        try picture.withUnsafeBufferPointer { numbers throws(EngineError) in
            try plan.observe(numbers, count: 1, layers: [tail.target, last]) { layer, values in
                if layer == last { logits = Array(values) } else { map = Array(values) }
            }
        }
        let side = Int((Double(map.count) / Double(channels)).squareRoot())
        guard side > 0, side * side * channels == map.count else {
            throw .wrongCount(what: "numbers of the feature map '\(layer)'", got: map.count, expected: side * side * channels)
        }
        let best = label ?? logits.indices.max { (logits[$0], -$0) < (logits[$1], -$1) } ?? 0
        guard logits.indices.contains(best) else { throw .wrongCount(what: "classes", got: best + 1, expected: logits.count) }
        let alpha = weights(of: map, area: side * side, label: best, classes: logits.count)
        return Finding(logits: logits, label: best, heat: Self.heat(map, alpha, side: side))
    }

    /// - Returns: `[channels]`: the mean over the pixels of each channel of the logit's derivative.
    private func weights(of map: [Float], area: Int, label: Int, classes: Int) -> [Float] {
        var values = map, pixels = area
        var inputs: [(values: [Float], area: Int)] = []
        for step in steps {
            inputs.append((values, pixels))
            values = step.forward(values, area: &pixels)
        }
        var gradient = [Float](repeating: 0, count: classes)
        gradient[label] = 1
        for (step, input) in zip(steps, inputs).reversed() { gradient = step.backward(gradient, x: input.values, area: input.area) }
        return (0..<channels).map { gradient[($0 * area)..<(($0 + 1) * area)].reduce(0, +) / Float(area) }
    }

    private static func heat(_ map: [Float], _ alpha: [Float], side: Int) -> HeatMap {
        var sums = [Float](repeating: 0, count: side * side)
        for (channel, weight) in alpha.enumerated() {
            let from = channel * side * side
            for pixel in sums.indices { sums[pixel] += weight * map[from + pixel] }
        }
        return HeatMap(side: side, unscaled: sums)
    }
}
