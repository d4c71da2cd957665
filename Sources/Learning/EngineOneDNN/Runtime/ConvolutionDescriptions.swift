import COneDNN
import Engine

/// The shapes of one convolution in a plan.
struct ConvolutionShapes {
    let name: String
    let convolution: Convolution
    /// `[batch, channels, height, width]`.
    let input: [Int]
    let output: [Int]

    /// Multiplications and additions of one direction.
    var flops: Double { 2 * Double(convolution.weightShape.reduce(1, *)) * Double(output[0] * output[2] * output[3]) }

    /// The same convolution over pictures as large as its kernel: where zeros are what is added to pictures and to gradients at the right and at the bottom, its
    /// gradient by weights is the same. nil where the pictures are no smaller.
    var widened: ConvolutionShapes? {
        let size = convolution.kernel
        guard input[2] < size, input[3] < size, pixels(input[2]).before == pixels(input[3]).before else { return nil }
        var wide = convolution
        wide.padding = .symmetric(pixels(input[2]).before)
        let side = wide.outputSide(size)
        guard side >= output[2], side >= output[3] else { return nil }
        return ConvolutionShapes(
            name: name, convolution: wide, input: [input[0], input[1], size, size], output: [output[0], output[1], side, side])
    }

    private var strides: [Int64] { [Int64(convolution.stride), Int64(convolution.stride)] }
    private var before: [Int64] { [2, 3].map { Int64(pixels(input[$0]).before) } }
    private var after: [Int64] { [2, 3].map { Int64(pixels(input[$0]).after) } }
    private func pixels(_ side: Int) -> (before: Int, after: Int) {
        convolution.padding.pixels(side: side, kernel: convolution.kernel, stride: convolution.stride)
    }

    /// A given layout, or the one that the primitive likes best.
    private static func wanted(_ layout: MemoryDescription?, _ convolution: Convolution) throws(EngineError) -> MemoryDescription {
        if let layout { return layout }
        return try .any(MemoryDescription.weightDimensions(convolution))
    }

    /// - Parameter algorithm: direct, or Winograd's (Lavin and Gray 2015, arXiv:1509.09308), which exists for dense 3×3 convolutions of stride 1 with AVX-512.
    func forward(
        _ source: MemoryDescription, _ weights: MemoryDescription, bias: MemoryDescription?, _ destination: MemoryDescription,
        isTraining: Bool,
        attributes: PrimitiveAttributes, algorithm: dnnl_alg_kind_t = dnnl_convolution_direct, _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_convolution_desc_t()
        var source = source.raw
        var weights = weights.raw
        var destination = destination.raw
        let kind = isTraining ? dnnl_forward_training : dnnl_forward_inference
        if let bias {
            var bias = bias.raw
            try check(
                dnnl_convolution_forward_desc_init(
                    &description, kind, algorithm, &source, &weights, &bias, &destination, strides, before, after),
                "dnnl_convolution_forward_desc_init", node: name)
        } else {
            try check(
                dnnl_convolution_forward_desc_init(
                    &description, kind, algorithm, &source, &weights, nil, &destination, strides, before, after),
                "dnnl_convolution_forward_desc_init", node: name)
        }
        return try PrimitiveDescription(&description, attributes: attributes, runtime, node: name)
    }

    func backwardData(
        _ source: MemoryDescription, _ destination: MemoryDescription, _ weights: MemoryDescription? = nil, hint: PrimitiveDescription,
        attributes: PrimitiveAttributes, algorithm: dnnl_alg_kind_t = dnnl_convolution_direct, _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_convolution_desc_t()
        var source = source.raw
        var weights = try Self.wanted(weights, convolution).raw
        var destination = destination.raw
        try check(
            dnnl_convolution_backward_data_desc_init(
                &description, algorithm, &source, &weights, &destination, strides, before, after),
            "dnnl_convolution_backward_data_desc_init", node: name)
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }

    func backwardWeights(
        _ source: MemoryDescription, _ destination: MemoryDescription, _ weights: MemoryDescription? = nil, hint: PrimitiveDescription,
        attributes: PrimitiveAttributes, algorithm: dnnl_alg_kind_t = dnnl_convolution_direct, _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_convolution_desc_t()
        var source = source.raw
        var weights = try Self.wanted(weights, convolution).raw
        var destination = destination.raw
        if convolution.hasBias {
            var bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a).raw
            try check(
                dnnl_convolution_backward_weights_desc_init(
                    &description, algorithm, &source, &weights, &bias, &destination, strides, before, after),
                "dnnl_convolution_backward_weights_desc_init", node: name)
        } else {
            try check(
                dnnl_convolution_backward_weights_desc_init(
                    &description, algorithm, &source, &weights, nil, &destination, strides, before, after),
                "dnnl_convolution_backward_weights_desc_init", node: name)
        }
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }
}
