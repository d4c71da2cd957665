import CKernels
import COneDNN
import Engine

/// Turns a fused network into the operations of one float forward pass: activations in channel blocks, bias, activation and residual inside the convolution.
///
/// A residual is summed in place: the convolution writes over the memory of what it adds, where nobody reads that afterwards; else over a copy.
final class FloatInferenceCompiler {
    let network: FusedNetwork
    let runtime: Runtime
    let shapes: [[Int]]
    let arena = Arena()
    let pictures: Buffer
    private(set) var operations: [any PlanOperation] = []
    /// For each layer, the operation after which its result is there; nil for the input.
    private(set) var operationOfLayer: [Int?] = []
    private(set) var values: [Buffer] = []
    /// Where the folded parameters lie, by name, with the layout they lie in.
    private(set) var parameters: [String: (plain: MemoryDescription, layout: MemoryDescription, buffer: Buffer)] = [:]

    private let width: Int
    private var scratch = Buffer(bytes: 64)
    private var kept: [FlatMemory] = []

    init(_ network: FusedNetwork, _ options: PlanOptions) throws(EngineError) {
        self.network = network
        try network.checkPictureReaders()
        runtime = try Runtime(threads: options.threads)
        width = Runtime.instructionSet.blockWidth
        shapes = try network.shapes(batch: options.batch, side: options.side)
        pictures = arena.buffer(bytes: shapes[0].reduce(4, *))
        var descriptions: [Int: PrimitiveDescription] = [:]
        for (index, layer) in network.layers.enumerated() { descriptions[index] = try primitive(layer, index) }
        scratch = arena.buffer(bytes: descriptions.values.map(\.scratchBytes).max() ?? 64)
        scratch.use(at: 0)
        scratch.use(at: network.layers.count)
        let lastReaders = network.lastReaders
        for (index, layer) in network.layers.enumerated() {
            try compile(layer, index, descriptions[index], lastReaders)
            operationOfLayer.append(index == 0 ? nil : operations.count - 1)
        }
        pictures.use(at: 0)
        values.last?.use(at: network.layers.count)
        try arena.layOut()
        for operation in operations { try operation.bind(runtime) }
    }

    func description(_ layer: Int) throws(EngineError) -> MemoryDescription {
        let shape = shapes[layer]
        if shape.count == 2 { return try MemoryDescription(shape, dnnl_f32, dnnl_nc) }
        return try layer == 0 ? MemoryDescription(shape, dnnl_f32, dnnl_nchw) : .blocked(shape, width: width)
    }

    private func primitive(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) -> PrimitiveDescription? {
        switch layer.kind {
        case .convolution(let convolution, let activation, let residual):
            let attributes = try PrimitiveAttributes()
            try attributes.setPostOperations(sumScale: residual == nil ? nil : 1, activation: activation)
            let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[layer.inputs[0]], output: shapes[index])
            return try shape.forward(
                description(layer.inputs[0]), .any(MemoryDescription.weightDimensions(convolution)),
                bias: MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a),
                description(index), isTraining: false, attributes: attributes, runtime)
        case .maxPool(let pool):
            return try PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]).forward(
                description(layer.inputs[0]), description(index), isTraining: false, attributes: PrimitiveAttributes(), runtime)
        case .input, .globalAveragePool, .linear, .add, .activation: return nil
        case .mixedConvolution, .averagePool, .channelScale, .route:
            throw .unsupported(what: "layer '\(layer.name)'", by: "float inference")
        }
    }

    private func keep(_ name: String, plain: MemoryDescription, _ layout: MemoryDescription) throws(EngineError) -> Buffer {
        let memory = try FlatMemory(bytes: layout.bytes)
        kept.append(memory)
        let buffer = Buffer(kept: memory.address, bytes: layout.bytes)
        parameters[name] = (plain, layout, buffer)
        return buffer
    }

    private func compile(
        _ layer: FusedNetwork.Layer, _ index: Int, _ description: PrimitiveDescription?, _ lastReaders: [Int]
    ) throws(EngineError) {
        let threads = Int32(runtime.threads)
        func source(_ layer: Int) -> Buffer {
            values[layer].use(at: index)
            return values[layer]
        }
        func result() throws(EngineError) -> Buffer {
            let buffer = arena.buffer(bytes: try self.description(index).bytes)
            buffer.use(at: index)
            values.append(buffer)
            return buffer
        }
        switch layer.kind {
        case .input: values.append(pictures)
        case .convolution(let convolution, _, let residual):
            guard let description else { return }
            let weights = try description.memory(dnnl_query_weights_md),
                bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
            let x = source(layer.inputs[0])
            let y: Buffer
            if let residual, lastReaders[residual] == index, layer.inputs[0] != residual, residual != 0 {
                y = source(residual)
                values.append(y)
            } else {
                y = try result()
                if let residual {
                    let r = source(residual), count = Int64(try self.description(index).floats)
                    operations.append(
                        KernelOperation(layer.name, "copy residual") {
                            aliquot_activation_forward(r.floats, nil, y.floats, count, ALIQUOT_LINEAR, threads)
                        })
                }
            }
            let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[layer.inputs[0]], output: shapes[index])
            operations.append(
                PrimitiveOperation(
                    "convolution", description, flops: shape.flops,
                    arguments: [
                        .init(DNNL_ARG_SRC, try self.description(layer.inputs[0]), x),
                        .init(DNNL_ARG_WEIGHTS, weights, try keep("\(layer.name).weight", plain: .plainWeights(convolution), weights)),
                        .init(DNNL_ARG_BIAS, bias, try keep("\(layer.name).bias", plain: bias, bias)),
                        .init(DNNL_ARG_DST, try self.description(index), y),
                    ] + (try description.scratchArgument(scratch))))
        case .maxPool:
            guard let description else { return }
            let x = source(layer.inputs[0]), y = try result()
            operations.append(
                PrimitiveOperation(
                    "max pooling", description,
                    arguments: [
                        .init(DNNL_ARG_SRC, try self.description(layer.inputs[0]), x), .init(DNNL_ARG_DST, try self.description(index), y),
                    ] + (try description.scratchArgument(scratch))))
        case .globalAveragePool:
            let shape = shapes[layer.inputs[0]], blocks = TrainingCompiler.blockedShape(shape, width: width, threads: runtime.threads)
            let x = source(layer.inputs[0]), y = try result()
            operations.append(
                KernelOperation(layer.name, "mean") { aliquot_global_mean_forward(blocks, Int32(shape[1]), x.floats, y.floats) })
        case .linear(let linear, _):
            let (inputs, outputs) = (linear.inputs, linear.outputs)
            let n = Int32(shapes[index][0]), x = source(layer.inputs[0]), y = try result()
            let matrix = try MemoryDescription([outputs, inputs], dnnl_f32, dnnl_ab),
                vector = try MemoryDescription([outputs], dnnl_f32, dnnl_a)
            let weight = try keep("\(layer.name).weight", plain: matrix, matrix),
                bias = try keep("\(layer.name).bias", plain: vector, vector)
            operations.append(
                KernelOperation(layer.name, "linear", flops: 2 * Double(n) * Double(inputs * outputs)) {
                    aliquot_linear_forward(n, Int32(inputs), Int32(outputs), x.floats, weight.floats, bias.floats, y.floats, threads)
                })
        case .mixedConvolution, .averagePool, .channelScale, .route: return
        case .add, .activation:
            let activation = layer.kind.activation
            let a = source(layer.inputs[0]), b = layer.inputs.count > 1 ? source(layer.inputs[1]) : nil, y = try result()
            let count = Int64(try self.description(index).floats)
            operations.append(
                KernelOperation(layer.name, "activation") {
                    aliquot_activation_forward(a.floats, b?.floats, y.floats, count, aliquot_activation(activation.code), threads)
                })
        }
    }
}

extension FusedNetwork.Kind {
    /// The activation that this layer ends with.
    var activation: Activation? {
        switch self {
        case .convolution(_, let activation, _), .add(let activation): activation
        case .activation(let activation): activation
        case .linear(_, let activation), .mixedConvolution(_, let activation, _): activation
        case .input, .maxPool, .averagePool, .globalAveragePool, .channelScale, .route: nil
        }
    }
}
