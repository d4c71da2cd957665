import Tensors

extension Graph {
    /// This graph as inference runs it, with its weights: every batch norm multiplied into the convolution before it (in float64), activations and residual
    /// additions fused into the convolution that makes them, dropout left out.
    /// - Throws: ``EngineError/unsupported(what:by:)`` for a batch norm that does not follow a convolution of its own.
    package func folded(with parameters: ParameterSet) throws(EngineError) -> FoldedNetwork {
        var fusion = Fusion(of: self)
        let network = try fusion.run()
        var weights: [String: FloatTensor] = [:]
        for (layer, norm) in zip(network.layers, fusion.norms) {
            switch layer.kind {
            case .convolution(let convolution, _, _):
                weights.merge(try folded(layer.name, [("\(layer.name).weight", convolution)], norm: norm, parameters)) { $1 }
            case .mixedConvolution(let parts, _, _):
                let named = parts.enumerated().map { ("\(layer.name).\($0).weight", $1) }
                weights.merge(try folded(layer.name, named, norm: norm, parameters)) { $1 }
            case .linear(let linear, _):
                weights["\(layer.name).weight"] = try parameters.tensor("\(layer.name).weight")
                weights["\(layer.name).bias"] =
                    linear.hasBias ? try parameters.tensor("\(layer.name).bias") : FloatTensor(zeros: [linear.outputs])
            case .input, .maxPool, .averagePool, .globalAveragePool, .add, .activation, .channelScale, .route: break
            }
        }
        return FoldedNetwork(network: network, weights: weights)
    }

    /// The fused layers without weights.
    package func fused() throws(EngineError) -> FusedNetwork {
        var fusion = Fusion(of: self)
        return try fusion.run()
    }

    /// For each node, those that read its result.
    package var consumers: [[Int]] {
        var consumers = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() { for input in node.inputs { consumers[input].append(index) } }
        return consumers
    }

    /// The weights of convolutions side by side, and the one bias of all, with the norm behind them multiplied in.
    private func folded(
        _ name: String, _ parts: [(weight: String, convolution: Convolution)], norm: Fusion.Norm?, _ parameters: ParameterSet
    ) throws(EngineError) -> [String: FloatTensor] {
        let outputs = parts.reduce(0) { $0 + $1.convolution.outputs }
        var bias = FloatTensor(zeros: [outputs])
        if parts.map(\.convolution).hasBias { bias.values = try parameters.tensor("\(name).bias").values }
        var slopes = [Double](repeating: 1, count: outputs)
        if let norm {
            let scale = try parameters.tensor("\(norm.name).weight").values
            let shift = try parameters.tensor("\(norm.name).bias").values
            let mean = try parameters.tensor("\(norm.name).running_mean").values
            let variance = try parameters.tensor("\(norm.name).running_var").values
            for output in 0..<outputs {
                slopes[output] = Double(scale[output]) / (Double(variance[output]) + Double(norm.epsilon)).squareRoot()
                bias.values[output] = Float((Double(bias.values[output]) - Double(mean[output])) * slopes[output] + Double(shift[output]))
            }
        }
        var tensors = ["\(name).bias": bias]
        var first = 0
        for (name, convolution) in parts {
            var weight = try parameters.tensor(name)
            let perOutput = weight.values.count / convolution.outputs
            for index in weight.values.indices {
                weight.values[index] = Float(Double(weight.values[index]) * slopes[first + index / perOutput])
            }
            tensors[name] = weight
            first += convolution.outputs
        }
        return tensors
    }
}
