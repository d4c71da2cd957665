import Tensors

extension Graph {
    /// This graph as inference runs it, with its weights: every batch norm multiplied into the convolution before it (in float64), activations and residual
    /// additions fused into the convolution that makes them, dropout left out.
    /// - Throws: ``EngineError/unsupported(what:by:)`` for a batch norm that does not follow a convolution of its own.
    package func folded(with parameters: ParameterSet) throws(EngineError) -> FoldedNetwork {
        let fusion = try fused()
        var weights: [String: FloatTensor] = [:]
        for (layer, norm) in zip(fusion.network.layers, fusion.norms) {
            switch layer.kind {
            case .convolution(let convolution, _, _):
                weights.merge(try foldedWeights(layer.name, convolution, norm: norm, parameters)) { $1 }
            case .linear:
                weights["\(layer.name).weight"] = parameters["\(layer.name).weight"]
                weights["\(layer.name).bias"] = parameters["\(layer.name).bias"]
            case .input, .maxPool, .globalAveragePool, .add, .activation: break
            }
        }
        return FoldedNetwork(network: fusion.network, weights: weights)
    }

    /// The fused layers, and for each the name and epsilon of the batch norm folded into it.
    package func fused() throws(EngineError) -> (network: FusedNetwork, norms: [(name: String, epsilon: Float)?]) {
        let consumers = consumers
        var layers: [FusedNetwork.Layer] = []
        var norms: [(name: String, epsilon: Float)?] = []
        var layerOf = [Int?](repeating: nil, count: nodes.count)  // the layer that holds a node's result
        func layer(_ node: Int) throws(EngineError) -> Int {
            guard let layer = layerOf[node] else { throw .unsupported(what: "node \(nodes[node].name)", by: "fusion") }
            return layer
        }
        for (index, node) in nodes.enumerated() where layerOf[index] == nil {
            var tail = index
            func only(_ node: Int) -> Int? { consumers[node].count == 1 ? consumers[node].first : nil }
            func append(_ kind: FusedNetwork.Kind, inputs: [Int], norm: (String, Float)? = nil) {
                layers.append(FusedNetwork.Layer(name: node.name, kind: kind, inputs: inputs))
                norms.append(norm.map { (name: $0.0, epsilon: $0.1) })
                layerOf[tail] = layers.count - 1
            }
            switch node.operation {
            case .input(let channels): append(.input(channels: channels), inputs: [])
            case .maxPool(let pool): append(.maxPool(pool), inputs: [try layer(node.inputs[0])])
            case .globalAveragePool: append(.globalAveragePool, inputs: [try layer(node.inputs[0])])
            case .linear(let inputs, let outputs): append(.linear(inputs: inputs, outputs: outputs), inputs: [try layer(node.inputs[0])])
            case .dropout: layerOf[index] = try layer(node.inputs[0])
            case .activation(let activation): append(.activation(activation), inputs: [try layer(node.inputs[0])])
            case .add:
                let inputs = [try layer(node.inputs[0]), try layer(node.inputs[1])]
                let activation = fuseActivation(after: &tail, only)
                append(.add(activation: activation), inputs: inputs)
            case .batchNorm: throw .unsupported(what: "batch norm \(node.name) without a convolution of its own", by: "folding")
            case .convolution(let convolution):
                var norm: (String, Float)?
                if let next = only(tail), case .batchNorm(let batchNorm) = nodes[next].operation {
                    norm = (nodes[next].name, batchNorm.epsilon)
                    tail = next
                }
                var residual: Int?
                // The later of the two operands takes the addition in: the other one is there by then.
                if let next = only(tail), case .add = nodes[next].operation {
                    let other = nodes[next].inputs[0] == tail ? nodes[next].inputs[1] : nodes[next].inputs[0]
                    if other != tail, let ready = layerOf[other] {
                        residual = ready
                        tail = next
                    }
                }
                let activation = fuseActivation(after: &tail, only)
                append(
                    .convolution(convolution, activation: activation, residual: residual), inputs: [try layer(node.inputs[0])], norm: norm)
                // What was fused between is no one's input any more; mark it as done.
                var done = index
                while done != tail, let next = only(done) {
                    layerOf[done] = layers.count - 1
                    done = next
                }
            }
            if case .add = node.operation, tail != index { layerOf[index] = layers.count - 1 }
        }
        return (FusedNetwork(architecture: architecture, classes: classes, layers: layers), norms)
    }

    /// For each node, those that read its result.
    package var consumers: [[Int]] {
        var consumers = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() { for input in node.inputs { consumers[input].append(index) } }
        return consumers
    }

    private func fuseActivation(after tail: inout Int, _ only: (Int) -> Int?) -> Activation? {
        guard let next = only(tail), case .activation(let activation) = nodes[next].operation else { return nil }
        tail = next
        return activation
    }

    private func foldedWeights(
        _ name: String, _ convolution: Convolution, norm: (name: String, epsilon: Float)?, _ parameters: ParameterSet
    ) throws(EngineError) -> [String: FloatTensor] {
        func values(_ name: String) throws(EngineError) -> [Float] {
            guard let tensor = parameters[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
            return tensor.values
        }
        var weight = FloatTensor(zeros: convolution.weightShape)
        var bias = FloatTensor(zeros: [convolution.outputs])
        weight.values = try values("\(name).weight")
        if convolution.hasBias { bias.values = try values("\(name).bias") }
        guard let norm else { return ["\(name).weight": weight, "\(name).bias": bias] }
        let scale = try values("\(norm.name).weight")
        let shift = try values("\(norm.name).bias")
        let mean = try values("\(norm.name).running_mean")
        let variance = try values("\(norm.name).running_var")
        let perOutput = weight.values.count / convolution.outputs
        for output in 0..<convolution.outputs {
            let slope = Double(scale[output]) / (Double(variance[output]) + Double(norm.epsilon)).squareRoot()
            for index in output * perOutput..<(output + 1) * perOutput {
                weight.values[index] = Float(Double(weight.values[index]) * slope)
            }
            bias.values[output] = Float((Double(bias.values[output]) - Double(mean[output])) * slope + Double(shift[output]))
        }
        return ["\(name).weight": weight, "\(name).bias": bias]
    }
}
