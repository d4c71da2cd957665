import Engine

extension FusedNetwork {
    /// The picture lies plain, everything behind it in blocks or channels-last; only a convolution turns one into the other.
    /// - Throws: ``EngineError/unsupported(what:by:)`` where something else reads the picture.
    func checkPictureReaders() throws(EngineError) {
        for layer in layers where layer.inputs.contains(0) {
            if case .convolution(_, _, let residual) = layer.kind, residual != 0 { continue }
            throw .unsupported(what: "layer '\(layer.name)' that reads the picture and is no convolution", by: "the plans")
        }
    }

    /// The result shape of every layer for `batch` pictures of `side` × `side`.
    /// - Throws: ``EngineError/pictureTooSmall(architecture:side:node:)`` where a result would be empty.
    func shapes(batch: Int, side: Int) throws(EngineError) -> [[Int]] {
        var shapes: [[Int]] = []
        for layer in layers {
            let input = layer.inputs.first.map { shapes[$0] } ?? []
            let shape: [Int] =
                switch layer.kind {
                case .input(let channels): [batch, channels, side, side]
                case .convolution(let convolution, _, _):
                    [batch, convolution.outputs, convolution.outputSide(input[2]), convolution.outputSide(input[3])]
                case .mixedConvolution(let parts, _, _):
                    [batch, parts.reduce(0) { $0 + $1.outputs }]
                        + input.dropFirst(2).map { parts.first?.outputSide($0) ?? 0 }
                case .averagePool(let pool): [batch, input[1], pool.outputSide(input[2]), pool.outputSide(input[3])]
                case .route(let sources): [batch, sources.count] + input.dropFirst(2)
                case .maxPool(let pool): [batch, input[1], pool.outputSide(input[2]), pool.outputSide(input[3])]
                case .globalAveragePool: [batch, input[1]]
                case .linear(let linear, _): [batch, linear.outputs]
                case .add, .activation, .channelScale: input
                }
            guard shape.allSatisfy({ $0 > 0 }) else { throw .pictureTooSmall(architecture: architecture, side: side, node: layer.name) }
            shapes.append(shape)
        }
        return shapes
    }

    /// For each layer, the last layer that reads its result (its own index where nobody does).
    var lastReaders: [Int] {
        var last = Array(layers.indices)
        for (index, layer) in layers.enumerated() {
            for input in layer.inputs { last[input] = index }
            if let residual = layer.kind.residual { last[residual] = index }
        }
        return last
    }
}
