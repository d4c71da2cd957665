import CKernels
import COneDNN
import Engine

/// What one convolution unit runs with: primitives of oneDNN where it has good ones, our own depthwise kernels for the rest.
struct TrainingConvolution {
    /// The names of the weights, in the order of their layout.
    let names: [String]
    let layout: any ParameterLayout
    /// The convolution as primitives see it: the only part, or all parts as one dense convolution.
    let shapes: ConvolutionShapes
    /// nil: our own kernel does it (backward by data also where nobody reads the gradient).
    let forward: PrimitiveDescription?
    let backwardData: PrimitiveDescription?
    let backwardWeights: PrimitiveDescription?
    /// What `backwardWeights` works on, if that is not what the graph says.
    let widened: ConvolutionShapes?
    /// How the weights lie, as primitives describe it: in float32, whatever is multiplied.
    let weights: MemoryDescription
    /// What is multiplied: `dnnl_f32`, or `dnnl_bf16` where that was asked for and oneDNN has fast primitives for it.
    let type: dnnl_data_type_t
    /// Where one of them is nil.
    let depthwise: DepthwiseShapes?
    let hasBias: Bool
    /// Multiplications and additions of one direction, without those with the zeros of a dense form.
    let flops: Double

    /// For reports.
    var kind: String { shapes.convolution.isDepthwise ? "depthwise" : "convolution" }
    var scratchBytes: Int { max(forward?.scratchBytes ?? 0, backwardData?.scratchBytes ?? 0, backwardWeights?.scratchBytes ?? 0) }

    /// - Parameters:
    ///   - input: the shape that it reads.
    ///   - output: the shape that it makes.
    ///   - weights: the layout that the weights have already; nil: the one that the forward pass likes best.
    init(
        _ unit: TrainingUnit, _ parts: [ConvolutionPart], activation: Activation?, input: [Int], output: [Int], width: Int, threads: Int,
        precision: TrainingPrecision, weights known: MemoryDescription?, _ runtime: Runtime
    ) throws(EngineError) {
        let convolutions = parts.map(\.convolution)
        names = parts.map(\.weight)
        flops = convolutions.reduce(0) { $0 + 2 * Double($1.weightShape.reduce(1, *)) } * Double(output[0] * output[2] * output[3])
        let isDepthwise = convolutions.allSatisfy { $0.groups == $0.inputs && $0.groups == $0.outputs && $0.kernel <= 11 }
        hasBias = convolutions.hasBias
        guard hasBias || !convolutions.contains(where: \.hasBias) else {
            throw .unsupported(what: "a mixed convolution with a bias for some of its parts, '\(unit.name)'", by: "training")
        }
        if isDepthwise, unit.input != 0 {
            let own = try DepthwiseShapes(convolutions, name: unit.name, input: input, output: output, width: width, threads: threads)
            let whole = Convolution(
                inputs: input[1], outputs: output[1], kernel: own.largest.kernel, stride: own.largest.stride, padding: own.largest.padding,
                groups: input[1])
            shapes = ConvolutionShapes(name: unit.name, convolution: whole, input: input, output: output)
            type = dnnl_f32
            layout = DepthwiseLayout(convolutions.map { ($0.inputs, $0.kernel) }, width: width)
            depthwise = own
            weights = try MemoryDescription(
                MemoryDescription.weightDimensions(whole), dnnl_f32, width == 16 ? dnnl_Goihw16g : dnnl_Goihw8g)
            let primitives = try Self.depthwisePrimitives(
                shapes, parts: convolutions, weights: weights, width: width, runtime)
            // Bias and activation go into our own kernel.
            forward = hasBias || activation != nil ? nil : primitives.forward
            (backwardData, backwardWeights, widened) = (primitives.backwardData, primitives.backwardWeights, nil)
            return
        }
        depthwise = nil
        let whole = try Self.whole(convolutions, side: input[2], name: unit.name, width: width)
        shapes = ConvolutionShapes(name: unit.name, convolution: whole.convolution, input: input, output: output)
        let isFirst = unit.input == 0
        let rounded =
            precision == .bfloat16
            ? try DensePrimitives(shapes, isFirst: isFirst, activation: activation, width: width, dnnl_bf16, runtime) : nil
        let primitives: DensePrimitives
        if let rounded, rounded.isFast {
            primitives = rounded
        } else {
            primitives = try DensePrimitives(
                shapes, isFirst: isFirst, activation: activation, width: width, dnnl_f32, weights: known, runtime)
        }
        type = primitives.type
        (forward, backwardData) = (primitives.forward, primitives.backwardData)
        (backwardWeights, widened) = (primitives.backwardWeights, primitives.widened)
        if let known { weights = known } else { weights = try primitives.weights }
        let primitive = PrimitiveLayout(
            name: unit.name, count: whole.convolution.weightShape.reduce(1, *), plain: try .plainWeights(whole.convolution),
            layout: weights)
        if let dense = whole.dense { layout = DenseLayout(whole: primitive, parts: dense) } else { layout = primitive }
    }

    /// One convolution as it is where primitives take it in blocks; parts, and groups that are no multiple of the blocks, as one dense convolution.
    private static func whole(
        _ parts: [Convolution], side: Int, name: String, width: Int
    ) throws(EngineError) -> (convolution: Convolution, dense: DenseParts?) {
        if parts.count == 1 {
            let single = parts[0], groups = single.groups
            let isBlocked = (single.inputs / groups).isMultiple(of: width) && (single.outputs / groups).isMultiple(of: width)
            if groups == 1 || single.isDepthwise || isBlocked { return (single, nil) }
        }
        let dense = try DenseParts(parts, side: side, name: name)
        return (dense.whole, dense)
    }

    /// The directions of a depthwise convolution in which oneDNN is the faster one (all with kernel 3; docs/benchmarks.md has the measurements): backward by
    /// weights on small planes, backward by data with a stride on large ones, and without AVX-512 forward.
    private static func depthwisePrimitives(
        _ shapes: ConvolutionShapes, parts: [Convolution], weights: MemoryDescription, width: Int, _ runtime: Runtime
    ) throws(EngineError) -> (forward: PrimitiveDescription?, backwardData: PrimitiveDescription?, backwardWeights: PrimitiveDescription?) {
        guard parts.count == 1, parts[0].kernel == 3, parts[0].stride <= 2, parts[0].groups > 1 else { return (nil, nil, nil) }
        let source = try MemoryDescription.blocked(shapes.input, width: width)
        let destination = try MemoryDescription.blocked(shapes.output, width: width)
        let attributes = try PrimitiveAttributes()
        let forward = try shapes.forward(source, weights, bias: nil, destination, isTraining: true, attributes: attributes, runtime)
        let isStrided = parts[0].stride == 2, side = shapes.input[2]
        let data =
            isStrided && side >= (width == 16 ? 28 : 56)
            ? try shapes.backwardData(source, destination, weights, hint: forward, attributes: attributes, runtime) : nil
        let gradient =
            shapes.output[2] <= 28
            ? try shapes.backwardWeights(source, destination, weights, hint: forward, attributes: attributes, runtime) : nil
        func fast(_ description: PrimitiveDescription?) -> PrimitiveDescription? {
            description?.isFast == true ? description : nil
        }
        return (width == 8 ? fast(forward) : nil, fast(data), fast(gradient))
    }
}
