import CKernels
import COneDNN
import Engine

extension Int8InferenceCompiler {
    /// `activation(parts(x) + bias + residual)` on oneDNN's 8-bit convolution; several parts are written as one convolution with zeros.
    func convolution(
        _ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) {
        let input = layer.inputs[0]
        guard let first = parts.first else { throw .unsupported(what: "a mixed convolution without parts, '\(layer.name)'", by: "int8") }
        if try ownConvolution(parts, activation, residual, layer, index) { return }
        let joined = parts.count == 1 ? nil : try ConvolutionParts(parts, side: shapes[input][2], name: layer.name)
        let convolution = joined?.whole ?? first
        let weights = try weights(layer), finish = Finish(activation, output: scales[index])
        let factors = weights.flatMap(\.scales).map { scales[input].scale * $0 }
        let shape = ConvolutionShapes(name: layer.name, convolution: convolution, input: shapes[input], output: shapes[index])
        let source = try description(input), destination = try description(index)
        let bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
        /// - Parameter multiple: what oneDNN is given as weights, in units of the quantised ones.
        func primitive(_ multiple: Float) throws(EngineError) -> PrimitiveDescription {
            let attributes = try PrimitiveAttributes()
            try attributes.setOutputScales(factors.map { $0 / (finish.unit * multiple) })
            try attributes.setPostOperations(
                sumScale: residual.map { scales[$0].scale / finish.unit }, sumType: residual.map { type($0) } ?? dnnl_data_type_undef,
                activation: finish.activation, upper: 6 / finish.unit, scale: finish.scale)
            return try shape.forward(
                source, .any(MemoryDescription.weightDimensions(convolution), dnnl_s8), bias: bias, destination, isTraining: false,
                attributes: attributes, runtime)
        }
        // Without VNNI and behind signed numbers oneDNN halves the weights, so that its 16-bit sums hold: 7-bit ones doubled come out as they were.
        let direct = try primitive(1)
        let isHalved = try direct.memory(dnnl_query_weights_md).halvesWeights
        let isDoubled = isHalved ? try has7Bits(layer) : false
        let multiple: Int8 = isDoubled ? 2 : 1
        let primitive = multiple == 1 ? direct : try primitive(Float(multiple))
        let layout = try primitive.memory(dnnl_query_weights_md)
        let memory = try place("\(layer.name).weight", .plainWeights(convolution, dnnl_s8), as: layout) {
            let values = multiple == 1 ? weights.map(\.values) : weights.map { $0.values.map { $0 * multiple } }
            return joined?.weights(values) ?? values[0]
        }
        // oneDNN adds the bias to the 32-bit sums, before the output scale.
        let scaledBias = zip(weights.flatMap(\.bias), factors).map { $0 == 0 ? 0 : $0 / $1 * Float(multiple) }
        let x = assembly.source(input)
        let y = residual.map { assembly.result(bytes: bytes(index), adding: $0) } ?? assembly.result(bytes: bytes(index))
        try assembly.append(
            "convolution \(convolution.kernel)x\(convolution.kernel)", primitive, flops: work(parts, index),
            [
                .init(DNNL_ARG_SRC, source, x), .init(DNNL_ARG_WEIGHTS, layout, memory),
                .init(DNNL_ARG_BIAS, bias, try keep("\(layer.name).bias", scaledBias)), .init(DNNL_ARG_DST, destination, y),
            ])
    }

    /// Quantised weights in the layout of the primitive (with the sums that it needs to correct for signed inputs).
    private func place(_ name: String, _ plain: MemoryDescription, as layout: MemoryDescription, _ values: () -> [Int8])
        throws(EngineError) -> Buffer
    {
        let (buffer, isNew) = try assembly.weights.place(name, layout: layout.key, bytes: layout.bytes)
        guard isNew else { return buffer }
        let values = values(), staged = try FlatMemory(bytes: values.count)
        values.withUnsafeBytes { if let base = $0.baseAddress { staged.address.copyMemory(from: base, byteCount: values.count) } }
        let result = withExtendedLifetime(staged) {
            Result { () throws(EngineError) in try PlainReorder.run(staged.address, plain, buffer.address, layout, runtime, node: name) }
        }
        try result.get()
        return buffer
    }

    /// What happens to a 32-bit sum on its way to 8 bits.
    struct Finish {
        /// What stands for 1 before the activation: the result's scale where the activation is one of its type's bounds or a clip, 1 where it needs real numbers.
        let unit: Float
        /// The activation that is still to be computed.
        let activation: Activation?
        /// What the activated number is multiplied with before it is rounded; nil for 1.
        let scale: Float?

        init(_ wanted: Activation?, output: ActivationScale) {
            // An unsigned result is cut off at zero by its type; the upper bound of ReLU6 needs a clip only where 255 lies above it.
            let isWithinType = !output.isSigned && (wanted == .relu || wanted == .relu6 && 255 * output.scale <= 6 + output.scale / 2)
            switch wanted {
            case nil, .relu, .relu6: (unit, activation, scale) = (output.scale, isWithinType ? nil : wanted, nil)
            case .hardSwish, .silu, .sigmoid, .hardSigmoid: (unit, activation, scale) = (1, wanted, 1 / output.scale)
            }
        }
    }
}

extension MemoryDescription {
    /// Whether 8-bit weights are halved on their way into this layout.
    fileprivate var halvesWeights: Bool {
        raw.extra.flags & UInt64(dnnl_memory_extra_flag_scale_adjust.rawValue) != 0 && raw.extra.scale_adjust == 0.5
    }
}
