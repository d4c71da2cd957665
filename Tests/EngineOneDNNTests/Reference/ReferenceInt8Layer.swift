import Engine

/// One layer of a quantised network by its definition, in float64: from the real numbers that its inputs' integers stand for to the real number that its result is rounded from.
struct ReferenceInt8Layer {
    let network: QuantisedNetwork
    let index: Int
    /// `[channels, height, width]` or `[features]` of a batch of one.
    let shape: [Int]
    /// What layer 0 was given.
    let picture: [Double]

    /// The result of `input` as this layer reads it.
    private func reading(_ input: Int, _ values: [Planes]) -> Planes {
        let areFloat = network.areFloat
        guard !network.network.areFeatures[input], areFloat[input] != areFloat[index] else { return values[input] }
        var x = values[input]
        if areFloat[index] {
            if input == 0 { x.numbers = picture }
            return x
        }
        var grid = input
        // A pooling is held on the grid of what it reads.
        while true {
            switch network.network.layers[grid].kind {
            case .maxPool, .averagePool:
                grid = network.network.layers[grid].inputs[0]
                continue
            default: break
            }
            break
        }
        let scale = network.activations[grid], isSigned = scale.isSigned || grid == 0
        return x.map {
            let level = (Float($0) * (1 / scale.scale)).rounded(.toNearestOrEven)
            return Double(isSigned ? min(max(level, -128), 127) : min(max(level, 0), 255)) * Double(scale.scale)
        }
    }

    /// Weights and bias of a part as real numbers.
    private func weights(_ part: FusedNetwork.Layer.Weights, _ layer: FusedNetwork.Layer) -> (weight: [Double], bias: [Double])? {
        let rows = part.shape[0], each = part.shape.dropFirst().reduce(1, *)
        if network.floatLayers.contains(index) {
            guard let weight = network.floatWeights["\(part.name).weight"], let bias = network.floatWeights["\(layer.name).bias"] else {
                return nil
            }
            return (weight.values.map(Double.init), bias.values[part.firstOutput..<part.firstOutput + rows].map(Double.init))
        }
        guard let weights = network.weights[part.name] else { return nil }
        return (
            weights.values.enumerated().map { Double($1) * Double(weights.scales[$0 / each]) }, weights.bias.map(Double.init)
        )
    }

    /// - Parameter values: of the layers before, as a plan holds them.
    func real(_ values: [Planes]) -> Planes {
        let layer = network.network.layers[index], inputs = layer.inputs.map { reading($0, values) }
        var y = Planes(shape: [1] + shape)
        switch layer.kind {
        case .input: break
        case .convolution(let convolution, _, _): add([convolution], layer, inputs[0], to: &y)
        case .mixedConvolution(let parts, _, _): add(parts, layer, inputs[0], to: &y)
        case .maxPool(let pool):
            y = ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: true).forward(
                inputs[0], shape: [1] + shape)
        case .averagePool(let pool):
            y = ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: false).forward(
                inputs[0], shape: [1] + shape)
        case .globalAveragePool:
            for channel in 0..<y.channels {
                let start = inputs[0].start(0, channel)
                y.numbers[channel] = inputs[0].numbers[start..<start + inputs[0].area].reduce(0, +) / Double(inputs[0].area)
            }
        case .linear(let linear, _):
            guard let (weight, bias) = weights(layer.weights[0], layer) else { break }
            for output in 0..<linear.outputs {
                let products = (0..<linear.inputs).map { weight[output * linear.inputs + $0] * inputs[0].numbers[$0] }
                y.numbers[output] = products.reduce(0, +) + bias[output]
            }
        case .add:
            y = inputs[0]
            y.add(inputs[1])
        case .activation: y = inputs[0]
        case .channelScale:
            y = inputs[0]
            for place in y.numbers.indices { y.numbers[place] *= inputs[1].numbers[place / y.area] }
        case .route(let sources):
            for (channel, source) in sources.enumerated() {
                let from = inputs[source.input].start(0, source.channel)
                y.numbers.replaceSubrange(
                    y.start(0, channel)..<y.start(0, channel) + y.area, with: inputs[source.input].numbers[from..<from + y.area])
            }
        }
        if let residual = layer.kind.residual { y.add(reading(residual, values)) }
        return layer.kind.activation.map { y.map($0.value) } ?? y
    }

    private func add(_ parts: [Convolution], _ layer: FusedNetwork.Layer, _ x: Planes, to y: inout Planes) {
        var first = 0
        for (convolution, part) in zip(parts, layer.weights) {
            guard let (weight, bias) = weights(part, layer) else { continue }
            ReferenceConvolution(convolution: convolution, first: first, firstOutput: part.firstOutput).forward(
                x, weight: weight, bias: bias, into: &y)
            first += convolution.inputs
        }
    }
}
