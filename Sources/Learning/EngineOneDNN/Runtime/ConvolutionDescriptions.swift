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

    private var strides: [Int64] { [Int64(convolution.stride), Int64(convolution.stride)] }
    private var before: [Int64] { [2, 3].map { Int64(pixels(input[$0]).before) } }
    private var after: [Int64] { [2, 3].map { Int64(pixels(input[$0]).after) } }
    private func pixels(_ side: Int) -> (before: Int, after: Int) {
        convolution.padding.pixels(side: side, kernel: convolution.kernel, stride: convolution.stride)
    }

    func forward(
        _ source: MemoryDescription, _ weights: MemoryDescription, bias: MemoryDescription?, _ destination: MemoryDescription,
        isTraining: Bool,
        attributes: PrimitiveAttributes, _ runtime: Runtime
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
                    &description, kind, dnnl_convolution_direct, &source, &weights, &bias, &destination, strides, before, after),
                "dnnl_convolution_forward_desc_init", node: name)
        } else {
            try check(
                dnnl_convolution_forward_desc_init(
                    &description, kind, dnnl_convolution_direct, &source, &weights, nil, &destination, strides, before, after),
                "dnnl_convolution_forward_desc_init", node: name)
        }
        return try PrimitiveDescription(&description, attributes: attributes, runtime, node: name)
    }

    func backwardData(
        _ source: MemoryDescription, _ destination: MemoryDescription, hint: PrimitiveDescription, attributes: PrimitiveAttributes,
        _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_convolution_desc_t()
        var source = source.raw
        var weights = try MemoryDescription.any(MemoryDescription.weightDimensions(convolution)).raw
        var destination = destination.raw
        try check(
            dnnl_convolution_backward_data_desc_init(
                &description, dnnl_convolution_direct, &source, &weights, &destination, strides, before, after),
            "dnnl_convolution_backward_data_desc_init", node: name)
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }

    func backwardWeights(
        _ source: MemoryDescription, _ destination: MemoryDescription, hint: PrimitiveDescription, attributes: PrimitiveAttributes,
        _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_convolution_desc_t()
        var source = source.raw
        var weights = try MemoryDescription.any(MemoryDescription.weightDimensions(convolution)).raw
        var destination = destination.raw
        if convolution.hasBias {
            var bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a).raw
            try check(
                dnnl_convolution_backward_weights_desc_init(
                    &description, dnnl_convolution_direct, &source, &weights, &bias, &destination, strides, before, after),
                "dnnl_convolution_backward_weights_desc_init", node: name)
        } else {
            try check(
                dnnl_convolution_backward_weights_desc_init(
                    &description, dnnl_convolution_direct, &source, &weights, nil, &destination, strides, before, after),
                "dnnl_convolution_backward_weights_desc_init", node: name)
        }
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }
}
