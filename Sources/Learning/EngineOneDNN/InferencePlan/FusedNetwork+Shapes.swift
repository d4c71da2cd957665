import Engine

extension FusedNetwork.Kind {
    /// Whether all inputs must have the height and width of the first.
    fileprivate var isOfOneSize: Bool {
        switch self {
        case .add, .route: true
        default: false
        }
    }
}

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
    /// - Throws: ``EngineError/pictureTooSmall(architecture:side:node:)`` where a result would be empty, ``EngineError/unsupported(what:by:)`` where one would be larger than
    ///   ``Graph/mostPixels`` or where what is brought together differs in height or width.
    func shapes(batch: Int, side: Int) throws(EngineError) -> [[Int]] {
        var shapes: [[Int]] = []
        for (layer, channels) in zip(layers, channels) {
            let sides = layer.inputs.first.map { Array(shapes[$0].dropFirst(2)) } ?? []
            let result: [Int] =
                switch layer.kind {
                case .input: [side, side]
                case .convolution(let convolution, _, _): sides.map(convolution.outputSide)
                case .mixedConvolution(let parts, _, _): sides.map { parts.first?.outputSide($0) ?? 0 }
                case .averagePool(let pool): sides.map(pool.outputSide)
                case .maxPool(let pool): sides.map(pool.outputSide)
                case .globalAveragePool, .linear: []
                case .add, .activation, .channelScale, .route: sides
                }
            let shape = [batch, channels] + result
            guard shape.allSatisfy({ $0 > 0 }) else { throw .pictureTooSmall(architecture: architecture, side: side, node: layer.name) }
            try Graph.check(shape, of: layer.name)
            let together = layer.kind.isOfOneSize ? layer.inputs : []
            try Graph.check(together.map { shapes[$0] }, areAs: sides, for: layer.name)
            if let residual = layer.kind.residual { try Graph.check([shapes[residual]], areAs: result, for: layer.name) }
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
