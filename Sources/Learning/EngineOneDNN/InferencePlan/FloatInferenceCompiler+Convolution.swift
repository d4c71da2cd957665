import CKernels
import COneDNN
import Engine

extension FloatInferenceCompiler {
    /// `activation(parts(x) + bias + residual)`: as one primitive, with the parts of several (or of groups that do not fill channel blocks) written as one.
    func convolution(
        _ parts: [Convolution], _ names: [String], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) {
        if parts.allSatisfy({ $0.groups == $0.inputs && $0.groups == $0.outputs && $0.groups > 1 }) {
            return try depthwise(parts, names, activation, residual, layer, index)
        }
        let input = layer.inputs[0], side = shapes[input][2]
        let joined = parts.count == 1 && isNative(parts[0]) ? nil : try ConvolutionParts(parts, side: side, name: layer.name)
        let convolution = joined?.whole ?? parts[0]
        let attributes = try PrimitiveAttributes()
        let isSeparate = activation.isCostlyPostOperation
        try attributes.setPostOperations(sumScale: residual == nil ? nil : 1, activation: isSeparate ? nil : activation)
        let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[input], output: shapes[index])
        let bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
        let source = try description(input), destination = try description(index)
        let primitive = try fastest(shape, source, bias, destination, attributes)
        let layout = try primitive.memory(dnnl_query_weights_md), plain = try MemoryDescription.plainWeights(convolution)
        let memory = try weights.place("\(layer.name).weight", plain, as: layout) { folded throws(EngineError) in
            var values: [[Float]] = []
            for name in names { values.append(try folded.values(name)) }
            return joined?.weights(values) ?? values[0]
        }
        let x = assembly.source(input)
        let y = residual.map { assembly.result(bytes: destination.bytes, adding: $0) } ?? assembly.result(bytes: destination.bytes)
        let work =
            parts.reduce(0) { $0 + 2 * Double($1.weightShape.reduce(1, *)) }
            * Double(shapes[index][0] * shapes[index][2] * shapes[index][3])
        try assembly.append(
            "convolution \(convolution.kernel)x\(convolution.kernel)", primitive, flops: work,
            [
                .init(DNNL_ARG_SRC, source, x), .init(DNNL_ARG_WEIGHTS, layout, memory),
                .init(DNNL_ARG_BIAS, bias, try weights.vector("\(layer.name).bias", convolution.outputs)),
                .init(DNNL_ARG_DST, destination, y),
            ])
        guard isSeparate else { return }
        let count = Int64(destination.floats), code = aliquot_activation(activation.code), threads = threads
        assembly.append(
            KernelOperation(layer.name, "activation") { aliquot_activation_forward(y.floats, nil, y.floats, count, code, threads) })
    }

    /// Winograd's algorithm where there is one (it halves the time of ResNet's 3×3 convolutions; oneDNN never chooses it by itself), else the direct one.
    private func fastest(
        _ shape: ConvolutionShapes, _ source: MemoryDescription, _ bias: MemoryDescription, _ destination: MemoryDescription,
        _ attributes: PrimitiveAttributes
    ) throws(EngineError) -> PrimitiveDescription {
        let convolution = shape.convolution
        let weights = try MemoryDescription.any(MemoryDescription.weightDimensions(convolution))
        if convolution.kernel == 3, convolution.stride == 1, convolution.groups == 1, convolution.inputs >= width,
            let primitive = try? shape.forward(
                source, weights, bias: bias, destination, isTraining: false, attributes: attributes, algorithm: dnnl_convolution_winograd,
                runtime)
        {
            return primitive
        }
        return try shape.forward(source, weights, bias: bias, destination, isTraining: false, attributes: attributes, runtime)
    }

    /// Whether a primitive takes the convolution as it is: dense, depthwise, or groups of whole channel blocks.
    private func isNative(_ convolution: Convolution) -> Bool {
        convolution.groups == 1 || convolution.isDepthwise
            || (convolution.inputs / convolution.groups).isMultiple(of: width)
                && (convolution.outputs / convolution.groups).isMultiple(of: width)
    }
}

extension Activation? {
    /// Whether oneDNN takes longer for it behind a convolution than our kernel takes for a pass of its own: its e^x costs 45 cycles for 16 numbers, ours 19 with
    /// reading and writing (Zen 4).
    var isCostlyPostOperation: Bool { self == .silu || self == .sigmoid }
}
