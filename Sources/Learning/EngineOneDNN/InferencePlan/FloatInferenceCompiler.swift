import CKernels
import COneDNN
import Engine

/// Turns a fused network into the operations of one float forward pass: activations in channel blocks, bias, activation and residual inside the convolution.
struct FloatInferenceCompiler {
    let assembly: InferenceAssembly
    let weights: FloatWeights
    let width: Int

    var network: FusedNetwork { assembly.network }
    var runtime: Runtime { assembly.runtime }
    var shapes: [[Int]] { assembly.shapes }

    /// - Parameters:
    ///   - batch: pictures that the operations compute at once.
    ///   - weights: shared by every compilation of this network; filled by the caller afterwards.
    static func compile(_ network: FusedNetwork, batch: Int, side: Int, threads: Int, weights: FloatWeights) throws(EngineError)
        -> FloatInferenceCompiler
    {
        let assembly = try InferenceAssembly(network, batch: batch, side: side, threads: threads, weights: weights.kept)
        let compiler = FloatInferenceCompiler(assembly: assembly, weights: weights, width: Runtime.instructionSet.blockWidth)
        try compiler.reserveJoins()
        for (index, layer) in network.layers.enumerated() {
            assembly.begin(index)
            try compiler.compile(layer, index)
            try assembly.end()
        }
        try assembly.finish()
        return compiler
    }

    /// Pictures that a lane computes at once. Two keep the activations in a core's cache and halve the traffic of the weights (`mobilenet_v2` 5.76 ms a picture
    /// against 5.83 for one and 6.27 for four); Winograd's larger weights want four (3×3 layers of `resnet18`: 11.5 ms against 14.8 and 12.2); one at a time is what
    /// lets a concatenation be written in place.
    static func slice(of network: FusedNetwork) -> Int {
        var slice = 2
        for layer in network.layers {
            switch layer.kind {
            case .route(let sources):
                let isJoin = zip(sources, sources.dropFirst()).allSatisfy { a, b in
                    b.input == a.input && b.channel == a.channel + 1 || b.input == a.input + 1 && b.channel == 0
                }
                if isJoin { return 1 }
            case .convolution(let convolution, _, _):
                if convolution.kernel == 3, convolution.stride == 1, convolution.groups == 1 { slice = 4 }
            default: break
            }
        }
        return slice
    }

    /// How the result of a layer lies: features plain, pictures in channel blocks; the input plain where only dense convolutions read it.
    func description(_ layer: Int) throws(EngineError) -> MemoryDescription {
        let shape = shapes[layer]
        if shape.count == 2 { return try MemoryDescription(shape, dnnl_f32, dnnl_nc) }
        return try layer == 0 && network.isInputOnlyConvolved
            ? MemoryDescription(shape, dnnl_f32, dnnl_nchw) : .blocked(shape, width: width)
    }

    func bytes(_ layer: Int) throws(EngineError) -> Int { try description(layer).bytes }

    func compile(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        switch layer.kind {
        case .input: try input(index)
        case .convolution(let convolution, let activation, let residual):
            try self.convolution([convolution], ["\(layer.name).weight"], activation, residual, layer, index)
        case .mixedConvolution(let parts, let activation, let residual):
            try self.convolution(parts, parts.indices.map { "\(layer.name).\($0).weight" }, activation, residual, layer, index)
        case .maxPool(let pool):
            try pooling(PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]), "max pooling", layer, index)
        case .averagePool(let pool):
            try pooling(PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]), "average pooling", layer, index)
        case .globalAveragePool: try mean(layer, index)
        case .linear(let linear, let activation): try self.linear(linear, activation, layer, index)
        case .add, .activation: try elementwise(layer, index)
        case .channelScale: try channelScale(layer, index)
        case .route(let sources): try route(sources, layer, index)
        }
    }

    /// The picture comes in plain; where anything but a dense convolution reads it, it is brought into blocks first.
    private func input(_ index: Int) throws(EngineError) {
        guard !network.isInputOnlyConvolved else {
            assembly.adopt(assembly.pictures)
            return
        }
        let plain = try MemoryDescription(shapes[0], dnnl_f32, dnnl_nchw), layout = try description(0)
        let reorder = try PrimitiveDescription(reorder: plain, to: layout, attributes: PrimitiveAttributes(), runtime, node: "input")
        assembly.pictures.use(at: index)
        let y = assembly.result(bytes: layout.bytes)
        try assembly.append("reorder", reorder, [.init(DNNL_ARG_FROM, plain, assembly.pictures), .init(DNNL_ARG_TO, layout, y)])
    }
}

extension FusedNetwork {
    /// Whether nothing but dense convolutions reads the picture.
    var isInputOnlyConvolved: Bool {
        layers.allSatisfy { layer in
            guard layer.inputs.contains(0) || layer.kind.residual == 0 else { return true }
            if case .convolution(let convolution, _, let residual) = layer.kind { return convolution.groups == 1 && residual != 0 }
            return false
        }
    }
}
