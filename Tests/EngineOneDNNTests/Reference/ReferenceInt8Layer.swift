import Engine

/// One layer of a quantised network by its definition, in float64: from the real numbers that its inputs' integers stand for to the real number that its result is rounded from.
struct ReferenceInt8Layer {
    let network: QuantisedNetwork
    let index: Int
    /// `[channels, height, width]` or `[features]` of a batch of one.
    let shape: [Int]

    /// - Parameter values: of the layers before, as a plan holds them.
    func real(_ values: [Planes]) -> Planes {
        let layer = network.network.layers[index], inputs = layer.inputs.map { values[$0] }
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
            guard let weights = network.weights[layer.name] else { break }
            for output in 0..<linear.outputs {
                let products = (0..<linear.inputs).map { Double(weights.values[output * linear.inputs + $0]) * inputs[0].numbers[$0] }
                y.numbers[output] = products.reduce(0, +) * Double(weights.scales[output]) + Double(weights.bias[output])
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
        if let residual = layer.kind.residual { y.add(values[residual]) }
        return layer.kind.activation.map { y.map($0.value) } ?? y
    }

    private func add(_ parts: [Convolution], _ layer: FusedNetwork.Layer, _ x: Planes, to y: inout Planes) {
        var first = 0
        for (convolution, part) in zip(parts, layer.weights) {
            guard let weights = network.weights[part.name] else { continue }
            let each = weights.values.count / convolution.outputs
            ReferenceConvolution(convolution: convolution, first: first, firstOutput: part.firstOutput).forward(
                x, weight: weights.values.enumerated().map { Double($1) * Double(weights.scales[$0 / each]) },
                bias: weights.bias.map(Double.init),
                into: &y)
            first += convolution.inputs
        }
    }
}
