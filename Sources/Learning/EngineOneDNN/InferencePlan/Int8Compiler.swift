import CKernels
import COneDNN
import Engine
import Foundation

/// Turns a quantised network into the operations of one int8 forward pass: activations stay 8-bit, channels innermost, between layers; requantisation,
/// residual and activation happen inside the convolution. Only the picture comes in, and the logits leave, as float.
final class Int8Compiler {
    let quantised: QuantisedNetwork
    let runtime: Runtime
    let shapes: [[Int]]
    let arena = Arena()
    let pictures: Buffer
    private(set) var operations: [any PlanOperation] = []
    private(set) var logits: Buffer
    /// How each layer's result is really held: as asked, but a pooling keeps what it reads.
    private let scales: [ActivationScale]
    private var values: [Buffer] = []
    private var scratch = Buffer(bytes: 64)
    private var kept: [FlatMemory] = []

    init(_ quantised: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) {
        self.quantised = quantised
        let layers = quantised.network.layers
        guard quantised.activations.count == layers.count else {
            throw .wrongCount(what: "activation scales", got: quantised.activations.count, expected: layers.count)
        }
        guard let last = layers.last, case .linear = last.kind else {
            throw .unsupported(what: "a network that does not end in a linear layer", by: "int8")
        }
        runtime = try Runtime(threads: options.threads)
        shapes = try quantised.network.shapes(batch: options.batch, side: options.side)
        var scales = quantised.activations
        scales[0].isSigned = true
        for (index, layer) in layers.enumerated() { if case .maxPool = layer.kind { scales[index] = scales[layer.inputs[0]] } }
        self.scales = scales
        pictures = arena.buffer(bytes: shapes[0].reduce(4, *))
        logits = pictures
        var descriptions: [Int: PrimitiveDescription] = [:]
        for (index, layer) in layers.enumerated() { descriptions[index] = try primitive(layer, index) }
        scratch = arena.buffer(bytes: descriptions.values.map(\.scratchBytes).max() ?? 64)
        let lastReaders = quantised.network.lastReaders
        for (index, layer) in layers.enumerated() { try compile(layer, index, descriptions[index], lastReaders) }
        for buffer in [scratch, pictures] { buffer.use(at: 0) }
        scratch.use(at: layers.count)
        if let last = values.last { logits = last }
        logits.use(at: layers.count)
        try arena.layOut()
        for operation in operations { try operation.bind(runtime) }
    }

    private func type(_ layer: Int) -> dnnl_data_type_t { scales[layer].isSigned ? dnnl_s8 : dnnl_u8 }

    private func description(_ layer: Int) throws(EngineError) -> MemoryDescription {
        try MemoryDescription(shapes[layer], type(layer), dnnl_nhwc)
    }

    private func weights(_ layer: FusedNetwork.Layer) throws(EngineError) -> QuantisedWeights {
        guard let weights = quantised.weights[layer.name] else {
            throw .parameters(missing: ["\(layer.name).weight"], unexpected: [], wrongShape: [])
        }
        let expected: [Int] =
            switch layer.kind {
            case .convolution(let convolution, _, _): convolution.weightShape
            case .linear(let linear, _): linear.weightShape
            default: []
            }
        guard weights.shape == expected, weights.values.count == expected.reduce(1, *), weights.scales.count == expected[0],
            weights.bias.count == expected[0]
        else {
            throw .parameters(missing: [], unexpected: [], wrongShape: [.init(name: layer.name, got: weights.shape, expected: expected)])
        }
        return weights
    }

    private func primitive(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) -> PrimitiveDescription? {
        switch layer.kind {
        case .convolution(let convolution, let activation, let residual):
            guard [nil, .relu, .relu6].contains(activation) else {
                throw .unsupported(what: "the activation of layer '\(layer.name)'", by: "int8")
            }
            let weights = try weights(layer)
            let attributes = try PrimitiveAttributes()
            let output = scales[index]
            let input = scales[layer.inputs[0]].scale
            try attributes.setOutputScales(weights.scales.map { input * $0 / output.scale })
            // An unsigned result is cut off at zero by its type; the upper bound of ReLU6 needs a clip only where 255 lies above it.
            let needsClip = activation == .relu6 && 255 * output.scale > 6 + output.scale / 2
            try attributes.setPostOperations(
                sumScale: residual.map { scales[$0].scale / output.scale }, sumType: residual.map { type($0) } ?? dnnl_data_type_undef,
                activation: needsClip || (output.isSigned && activation != nil) ? activation : nil, upper: 6 / output.scale)
            let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[layer.inputs[0]], output: shapes[index])
            return try shape.forward(
                description(layer.inputs[0]), .any(MemoryDescription.weightDimensions(convolution), dnnl_s8),
                bias: MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a), description(index), isTraining: false,
                attributes: attributes, runtime)
        case .maxPool(let pool):
            return try PoolingShapes(name: layer.name, pool: pool, side: shapes[layer.inputs[0]][2]).forward(
                description(layer.inputs[0]), description(index), isTraining: false, attributes: PrimitiveAttributes(), runtime)
        case .input, .globalAveragePool, .linear, .add, .activation: return nil
        case .mixedConvolution, .averagePool, .channelScale, .route: throw .unsupported(what: "layer '\(layer.name)'", by: "int8")
        }
    }

    private func keep(bytes: Int) throws(EngineError) -> Buffer {
        let memory = try FlatMemory(bytes: bytes)
        kept.append(memory)
        return Buffer(kept: memory.address, bytes: bytes)
    }

    private func keep(_ numbers: [Float]) throws(EngineError) -> Buffer {
        let buffer = try keep(bytes: numbers.count * 4)
        numbers.withUnsafeBufferPointer { if let base = $0.baseAddress { buffer.floats.update(from: base, count: numbers.count) } }
        return buffer
    }

    /// Quantised weights in the layout of the primitive (with the sums that it needs to correct for signed inputs).
    private func keep(
        _ values: [Int8], _ plain: MemoryDescription, as layout: MemoryDescription, node: String
    ) throws(EngineError) -> Buffer {
        let buffer = try keep(bytes: layout.bytes), staged = try FlatMemory(bytes: values.count)
        values.withUnsafeBytes { if let base = $0.baseAddress { staged.address.copyMemory(from: base, byteCount: values.count) } }
        let result = withExtendedLifetime(staged) {
            Result { () throws(EngineError) in try PlainReorder.run(staged.address, plain, buffer.address, layout, runtime, node: node) }
        }
        try result.get()
        return buffer
    }

    private func compile(
        _ layer: FusedNetwork.Layer, _ index: Int, _ description: PrimitiveDescription?, _ lastReaders: [Int]
    ) throws(EngineError) {
        let threads = Int32(runtime.threads)
        let output = scales[index]
        func source(_ layer: Int) -> Buffer {
            values[layer].use(at: index)
            return values[layer]
        }
        func result(bytes: Int) -> Buffer {
            let buffer = arena.buffer(bytes: bytes)
            buffer.use(at: index)
            values.append(buffer)
            return buffer
        }
        func isSigned(_ layer: Int) -> Int32 { scales[layer].isSigned ? 1 : 0 }
        let count = shapes[index].reduce(1, *)
        switch layer.kind {
        case .input(let channels):
            let pixels = Int32(shapes[0][2] * shapes[0][3]), batch = Int32(shapes[0][0]), pictures = pictures
            let y = result(bytes: count)
            pictures.use(at: index)
            operations.append(
                KernelOperation("input", "quantise") {
                    aliquot_quantise_pictures(
                        batch, Int32(channels), pixels, pictures.floats, 1 / output.scale, y.address.assumingMemoryBound(to: Int8.self),
                        threads)
                })
        case .convolution(let convolution, _, let residual):
            guard let description else { return }
            let weights = try weights(layer)
            let layout = try description.memory(dnnl_query_weights_md),
                bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
            let x = source(layer.inputs[0])
            let y: Buffer
            if let residual, lastReaders[residual] == index, layer.inputs[0] != residual {
                y = source(residual)
                values.append(y)
            } else {
                y = result(bytes: count)
                if let residual {
                    let r = source(residual)
                    operations.append(
                        KernelOperation(layer.name, "copy residual") { y.address.copyMemory(from: r.address, byteCount: count) })
                }
            }
            // oneDNN adds the bias to the 32-bit sums, before the output scale.
            let input = scales[layer.inputs[0]].scale
            let scaledBias = zip(weights.bias, weights.scales).map { $0 == 0 ? 0 : $0 / (input * $1) }
            let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[layer.inputs[0]], output: shapes[index])
            operations.append(
                PrimitiveOperation(
                    "convolution", description, flops: shape.flops,
                    arguments: [
                        .init(DNNL_ARG_SRC, try self.description(layer.inputs[0]), x),
                        .init(
                            DNNL_ARG_WEIGHTS, layout,
                            try keep(weights.values, .plainWeights(convolution, dnnl_s8), as: layout, node: layer.name)),
                        .init(DNNL_ARG_BIAS, bias, try keep(scaledBias)), .init(DNNL_ARG_DST, try self.description(index), y),
                    ] + (try description.scratchArgument(scratch))))
        case .maxPool:
            guard let description else { return }
            let x = source(layer.inputs[0]), y = result(bytes: count)
            operations.append(
                PrimitiveOperation(
                    "max pooling", description,
                    arguments: [
                        .init(DNNL_ARG_SRC, try self.description(layer.inputs[0]), x), .init(DNNL_ARG_DST, try self.description(index), y),
                    ] + (try description.scratchArgument(scratch))))
        case .globalAveragePool:
            let shape = shapes[layer.inputs[0]], pixels = shape[2] * shape[3], input = scales[layer.inputs[0]]
            let x = source(layer.inputs[0]), y = result(bytes: count)
            let factor = input.scale / (Float(pixels) * output.scale)
            operations.append(
                KernelOperation(layer.name, "mean") {
                    aliquot_global_mean_int8(
                        Int32(shape[0]), Int32(shape[1]), Int32(pixels), x.address, input.isSigned ? 1 : 0, factor, y.address,
                        output.isSigned ? 1 : 0, threads)
                })
        case .linear(let linear, _):
            let (inputs, outputs) = (linear.inputs, linear.outputs)
            let weights = try weights(layer), input = scales[layer.inputs[0]]
            let n = Int32(shapes[index][0]), x = source(layer.inputs[0]), y = result(bytes: count * 4)
            let matrix = try keep(bytes: weights.values.count)
            weights.values.withUnsafeBytes {
                if let base = $0.baseAddress { matrix.address.copyMemory(from: base, byteCount: weights.values.count) }
            }
            let factors = try keep(weights.scales.map { $0 * input.scale }), bias = try keep(weights.bias)
            operations.append(
                KernelOperation(layer.name, "linear", flops: 2 * Double(n) * Double(inputs * outputs)) {
                    aliquot_linear_int8(
                        n, Int32(inputs), Int32(outputs), x.address, input.isSigned ? 1 : 0,
                        matrix.address.assumingMemoryBound(to: Int8.self), factors.floats,
                        bias.floats, y.floats, threads)
                })
        case .mixedConvolution, .averagePool, .channelScale, .route: return
        case .add, .activation:
            let first = layer.inputs[0], second = layer.inputs.count > 1 ? layer.inputs[1] : nil
            guard layer.kind.activation == nil || !output.isSigned,
                layer.kind.activation != .relu6 || 255 * output.scale <= 6 + output.scale / 2
            else {
                throw .unsupported(what: "the activation of layer \(layer.name) in a signed or wider range", by: "int8")
            }
            let a = source(first), b = second.map(source), y = result(bytes: count)
            let factorA = scales[first].scale / output.scale, factorB = second.map { scales[$0].scale / output.scale } ?? 0
            let signedA = isSigned(first), signedB = second.map(isSigned) ?? 0
            operations.append(
                KernelOperation(layer.name, "add") {
                    aliquot_add_int8(
                        Int64(count), a.address, signedA, factorA, b?.address, signedB, factorB, y.address, output.isSigned ? 1 : 0, threads
                    )
                })
        }
    }
}
