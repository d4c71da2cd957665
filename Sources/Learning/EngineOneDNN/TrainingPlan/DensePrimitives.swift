import COneDNN
import Engine

/// The three primitives of a dense convolution (or of one with groups of whole channel blocks) in training.
struct DensePrimitives {
    /// What is multiplied: `dnnl_f32` or `dnnl_bf16`. Results, and gradients of pictures and weights, are float32.
    let type: dnnl_data_type_t
    let forward: PrimitiveDescription
    /// nil where the convolution reads the picture.
    let backwardData: PrimitiveDescription?
    let backwardWeights: PrimitiveDescription
    /// What `backwardWeights` works on where oneDNN has nothing but `ref` for pictures smaller than the kernel, which takes a thousand times as long.
    let widened: ConvolutionShapes?

    /// - Parameters:
    ///   - activation: behind the convolution, done by the forward primitive.
    ///   - known: the layout that the weights have already, for float32.
    init(
        _ shapes: ConvolutionShapes, isFirst: Bool, activation: Activation?, width: Int, _ type: dnnl_data_type_t,
        weights known: MemoryDescription? = nil, _ runtime: Runtime
    ) throws(EngineError) {
        self.type = type
        let convolution = shapes.convolution
        let source = try isFirst ? MemoryDescription(shapes.input, type, dnnl_nchw) : .blocked(shapes.input, width: width, type)
        let sourceGradient = try MemoryDescription.blocked(shapes.input, width: width)
        let destination = try MemoryDescription.blocked(shapes.output, width: width)
        let destinationGradient = try MemoryDescription.blocked(shapes.output, width: width, type)
        let bias = convolution.hasBias ? try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a) : nil
        let attributes = try PrimitiveAttributes(), fused = try PrimitiveAttributes()
        if let activation { try fused.setPostOperations(sumScale: nil, activation: activation) }
        let any = try MemoryDescription.any(MemoryDescription.weightDimensions(convolution), type)
        let isWinograd = type == dnnl_f32 && !isFirst && Self.isWinograd(convolution, width: width)
        let forward = try shapes.forward(
            source, known ?? any, bias: bias, destination, isTraining: true, attributes: fused, runtime)
        self.forward = forward
        backwardData =
            isFirst
            ? nil
            : try Self.description(isWinograd) { (algorithm) throws(EngineError) in
                try shapes.backwardData(
                    sourceGradient, destinationGradient, any, hint: forward, attributes: attributes, algorithm: algorithm, runtime)
            }
        let backwardWeights = try Self.description(isWinograd) { (algorithm) throws(EngineError) in
            try shapes.backwardWeights(source, destinationGradient, hint: forward, attributes: attributes, algorithm: algorithm, runtime)
        }
        if !backwardWeights.isFast, !isFirst, let wide = shapes.widened {
            let source = try MemoryDescription.blocked(wide.input, width: width, type)
            let destination = try MemoryDescription.blocked(wide.output, width: width)
            let gradient = try MemoryDescription.blocked(wide.output, width: width, type)
            let hint = try wide.forward(source, any, bias: bias, destination, isTraining: true, attributes: attributes, runtime)
            let description = try wide.backwardWeights(source, gradient, hint: hint, attributes: attributes, runtime)
            (self.backwardWeights, widened) = description.isFast ? (description, wide) : (backwardWeights, nil)
        } else {
            (self.backwardWeights, widened) = (backwardWeights, nil)
        }
    }

    /// How the weights are kept: as the forward pass likes them, or, where it wants them rounded anyhow, as their gradient comes.
    var weights: MemoryDescription {
        get throws(EngineError) {
            try type == dnnl_f32 ? forward.memory(dnnl_query_weights_md) : backwardWeights.memory(dnnl_query_diff_weights_md)
        }
    }

    /// oneDNN has no bfloat16 kernel for every shape (a first convolution to 24 channels falls to `ref`).
    var isFast: Bool {
        [forward, backwardData, backwardWeights].allSatisfy { $0?.isFast ?? true }
    }

    /// Winograd's algorithm (Lavin and Gray 2015, arXiv:1509.09308) takes a quarter of the multiplications of dense 3×3 convolutions; oneDNN has it with AVX-512.
    /// Its results differ from the direct ones by 1e-6 (relative L2): good for gradients, but forward ten times as many numbers near zero would fall on the other
    /// side of a ReLU, each of which moves a gradient by far more. So only the backward pass uses it.
    private static func isWinograd(_ convolution: Convolution, width: Int) -> Bool {
        width == 16 && convolution.kernel == 3 && convolution.stride == 1 && convolution.groups == 1
            && convolution.inputs.isMultiple(of: 16) && convolution.outputs.isMultiple(of: 16)
    }

    /// The primitive by Winograd's algorithm where it is wanted and there, else the direct one.
    private static func description(
        _ isWinograd: Bool, _ make: (dnnl_alg_kind_t) throws(EngineError) -> PrimitiveDescription
    ) throws(EngineError) -> PrimitiveDescription {
        if isWinograd, let description = try? make(dnnl_convolution_winograd), description.implementation.hasPrefix("jit_wino") {
            return description
        }
        return try make(dnnl_convolution_direct)
    }
}
