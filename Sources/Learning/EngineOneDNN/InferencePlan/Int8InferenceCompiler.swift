import CKernels
import COneDNN
import Engine

/// Turns a quantised network into the operations of one int8 forward pass.
///
/// Pictures stay 8-bit, channels innermost, between layers: requantisation, residual and activation happen inside the convolution. Features (behind a global mean) are float,
/// their weights 8-bit. The arithmetic is that of `Quantiser`'s documentation.
struct Int8InferenceCompiler {
    let quantised: QuantisedNetwork
    let assembly: InferenceAssembly
    /// How each layer's result is held; the picture is signed, and a pooling keeps what it reads.
    let scales: [ActivationScale]
    /// Compiles the layers left in float into the same assembly.
    let float: FloatInferenceCompiler
    /// Whether a layer's result is made in float, ``QuantisedNetwork/areFloat``.
    let areFloat: [Bool]

    var network: FusedNetwork { quantised.network }
    var runtime: Runtime { assembly.runtime }
    var shapes: [[Int]] { assembly.shapes }
    var threads: Int32 { Int32(runtime.threads) }

    /// Pictures that a lane computes at once.
    static let slice = 2

    /// - Parameters:
    ///   - batch: pictures that the operations compute at once.
    ///   - weights: shared by every compilation of this network; those in float are filled by the caller afterwards.
    static func compile(_ quantised: QuantisedNetwork, batch: Int, side: Int, threads: Int, weights: FloatWeights) throws(EngineError)
        -> Int8InferenceCompiler
    {
        let layers = quantised.network.layers
        guard quantised.activations.count == layers.count else {
            throw .wrongCount(what: "activation scales", got: quantised.activations.count, expected: layers.count)
        }
        guard quantised.network.areFeatures.last == true else {
            throw .unsupported(what: "a network that does not end in features", by: "int8")
        }
        guard quantised.floatLayers.allSatisfy({ (1..<layers.count).contains($0) }) else {
            throw .unsupported(what: "layers in float that are not layers 1 to \(layers.count - 1)", by: "int8")
        }
        let assembly = try InferenceAssembly(quantised.network, batch: batch, side: side, threads: threads, weights: weights.kept)
        var scales = quantised.activations
        scales[0].isSigned = true
        for (index, layer) in layers.enumerated() {
            switch layer.kind {
            case .maxPool, .averagePool: scales[index] = scales[layer.inputs[0]]
            default: break
            }
        }
        let compiler = Int8InferenceCompiler(
            quantised: quantised, assembly: assembly, scales: scales,
            float: FloatInferenceCompiler(assembly: assembly, weights: weights, width: Runtime.instructionSet.blockWidth),
            areFloat: quantised.areFloat)
        for (index, layer) in layers.enumerated() {
            assembly.begin(index)
            try compiler.convertInputs(of: layer, index)
            if compiler.areFloat[index] { try compiler.float.compile(layer, index) } else { try compiler.compile(layer, index) }
            try assembly.end()
        }
        try assembly.finish()
        return compiler
    }

    private func compile(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        switch layer.kind {
        case .input(let channels): input(channels: channels, index)
        case .convolution(let convolution, let activation, let residual):
            try self.convolution([convolution], activation, residual, layer, index)
        case .mixedConvolution(let parts, let activation, let residual): try convolution(parts, activation, residual, layer, index)
        case .maxPool(let pool):
            try pooling(PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]), "max pooling", layer, index)
        case .averagePool(let pool):
            try pooling(PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]), "average pooling", layer, index)
        case .globalAveragePool: mean(layer, index)
        case .linear(let linear, let activation): try self.linear(linear, activation, layer, index)
        case .add(let activation): try addition(activation, layer, index)
        case .activation(let activation): try self.activation(activation, layer, index)
        case .channelScale: try channelScale(layer, index)
        case .route(let sources): try route(sources, layer, index)
        }
    }

    // MARK: How results are held

    func isFeatures(_ layer: Int) -> Bool { shapes[layer].count == 2 }

    func type(_ layer: Int) -> dnnl_data_type_t { scales[layer].isSigned ? dnnl_s8 : dnnl_u8 }

    func sign(_ layer: Int) -> Int32 { scales[layer].isSigned ? 1 : 0 }

    func count(_ layer: Int) -> Int { shapes[layer].reduce(1, *) }

    /// Bytes of a layer's result.
    func bytes(_ layer: Int) -> Int { count(layer) * (isFeatures(layer) ? 4 : 1) }

    func description(_ layer: Int) throws(EngineError) -> MemoryDescription {
        if isFeatures(layer) { return try MemoryDescription(shapes[layer], dnnl_f32, dnnl_nc) }
        return try MemoryDescription(shapes[layer], type(layer), dnnl_nhwc)
    }

    // MARK: Weights

    /// The quantised weights of a layer, one for each of its parts.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)``.
    func weights(_ layer: FusedNetwork.Layer) throws(EngineError) -> [QuantisedWeights] {
        var result: [QuantisedWeights] = []
        for part in layer.weights {
            guard let weights = quantised.weights[part.name] else {
                throw .parameters(missing: ["\(part.name).weight"], unexpected: [], wrongShape: [])
            }
            guard weights.shape == part.shape, weights.values.count == part.shape.reduce(1, *), weights.scales.count == part.shape[0],
                weights.bias.count == part.shape[0]
            else {
                throw .parameters(
                    missing: [], unexpected: [], wrongShape: [.init(name: part.name, got: weights.shape, expected: part.shape)])
            }
            result.append(weights)
        }
        return result
    }

    func keep(_ name: String, _ numbers: [Float]) throws(EngineError) -> Buffer { try assembly.weights.keep(name, numbers) }

    func keep(_ name: String, _ bytes: [Int8]) throws(EngineError) -> Buffer {
        let (buffer, isNew) = try assembly.weights.place(name, bytes: bytes.count)
        if isNew {
            bytes.withUnsafeBytes { if let base = $0.baseAddress { buffer.address.copyMemory(from: base, byteCount: bytes.count) } }
        }
        return buffer
    }
}
