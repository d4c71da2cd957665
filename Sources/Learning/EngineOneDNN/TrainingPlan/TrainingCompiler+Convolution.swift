import CKernels
import COneDNN
import Engine
import Foundation

extension TrainingCompiler {
    func forwardConvolution(_ unit: TrainingUnit, activation: Activation?) throws(EngineError) {
        guard let convolution = convolutions[unit.name] else { return }
        guard let forward = convolution.forward else {
            guard let depthwise = convolution.depthwise else { return }
            let x = try value(unit.input), y = try makeValue(unit.output)
            let weights = try parameters.value(convolution.names[0])
            let bias = convolution.hasBias ? try parameters.value("\(unit.name).bias") : nil
            return appendForward(
                KernelOperation(unit.name, "depthwise forward", flops: convolution.flops) {
                    depthwise.forward(x: x.floats, weights: weights, bias: bias, activation: activation, y: y.floats)
                })
        }
        let x = try convolutionSource(unit.input, convolution)
        let own = try forward.memory(dnnl_query_weights_md)
        let weights = try turned(convolution, to: own, node: unit.name) { self.appendForward($0) }
        let y = try makeValue(unit.output)
        var arguments = [
            PrimitiveOperation.Argument(DNNL_ARG_SRC, try description(unit.input, convolution.type), x),
            .init(DNNL_ARG_WEIGHTS, own, weights), .init(DNNL_ARG_DST, try description(unit.output), y),
        ]
        if convolution.shapes.convolution.hasBias {
            let bias = try MemoryDescription([convolution.shapes.convolution.outputs], dnnl_f32, dnnl_a)
            arguments.append(.init(DNNL_ARG_BIAS, bias, try parameter("\(unit.name).bias", bytes: bias.bytes)))
        }
        arguments += try forward.scratchArgument(scratch)
        appendForward(
            PrimitiveOperation("\(convolution.kind) forward", forward, flops: convolution.flops, arguments: arguments))
    }

    func backwardConvolution(_ unit: TrainingUnit, _ parts: [ConvolutionPart], activation: Activation?) throws(EngineError) {
        guard let convolution = convolutions[unit.name] else { return }
        if let activation {
            // Mask and sum of two readers in one pass.
            let parts = try gradientParts(unit.output), y = try value(unit.output)
            let first = parts[0], second = parts.count == 2 ? parts[1] : nil
            let count = try count(unit.output), code = aliquot_activation((activation as Activation?).code), threads = Int32(threads)
            gradients[unit.output] = [first]
            appendBackward(
                KernelOperation(unit.name, "activation backward") {
                    aliquot_activation_backward(first.floats, second?.floats, y.floats, first.floats, count, code, threads)
                })
        }
        let dy = try convolutionGradient(unit, convolution)
        try backwardWeights(unit, convolution, dy)
        if unit.input != 0 { try backwardData(unit, convolution, dy) }
    }

    private func backwardWeights(_ unit: TrainingUnit, _ convolution: TrainingConvolution, _ dy: Buffer) throws(EngineError) {
        let x = try convolutionSource(unit.input, convolution)
        let address = try parameters.gradient(convolution.names[0])
        if let primitive = convolution.backwardWeights {
            let kept = convolution.weights
            let own = try primitive.memory(dnnl_query_diff_weights_md)
            let isDirect = own.isSame(as: kept)
            let destination = Buffer(kept: address, bytes: kept.bytes)
            let gradient = isDirect ? destination : makeBuffer(bytes: own.bytes)
            let source: PrimitiveOperation.Argument
            let destinationGradient: PrimitiveOperation.Argument
            if let wide = convolution.widened {
                source = try widened(DNNL_ARG_SRC, x, unit.input, to: wide.input, convolution)
                destinationGradient = try widened(DNNL_ARG_DIFF_DST, dy, unit.output, to: wide.output, convolution)
            } else {
                source = .init(DNNL_ARG_SRC, try description(unit.input, convolution.type), x)
                destinationGradient = .init(DNNL_ARG_DIFF_DST, try description(unit.output, convolution.type), dy)
            }
            var arguments = [source, destinationGradient, .init(DNNL_ARG_DIFF_WEIGHTS, own, gradient)]
            if convolution.shapes.convolution.hasBias {
                let bias = try MemoryDescription([convolution.shapes.convolution.outputs], dnnl_f32, dnnl_a)
                arguments.append(
                    .init(DNNL_ARG_DIFF_BIAS, bias, Buffer(kept: try parameters.gradient("\(unit.name).bias"), bytes: bias.bytes)))
            }
            arguments += try primitive.scratchArgument(scratch)
            appendBackward(
                PrimitiveOperation("\(convolution.kind) backward weights", primitive, flops: convolution.flops, arguments: arguments))
            if !isDirect { appendBackward(try reorder(own, gradient, kept, destination, node: unit.name)) }
        } else if let depthwise = convolution.depthwise {
            let partials = partials
            appendBackward(
                KernelOperation(unit.name, "depthwise backward weights", flops: convolution.flops) {
                    depthwise.backwardWeights(x: x.floats, dy: dy.floats, dweights: address, partials: partials.floats)
                })
        }
        if convolution.hasBias, convolution.depthwise != nil {
            let sums = try parameters.gradient("\(unit.name).bias"), blocks = blockedShape(unit.output)
            let channels = Int32(shapes[unit.output][1])
            appendBackward(
                KernelOperation(unit.name, "bias backward") { aliquot_channel_sums(blocks, channels, dy.floats, sums) })
        }
        let runs = try parameters.paddingRuns(convolution.names[0], runtime)
        if !runs.isEmpty {
            appendBackward(
                KernelOperation(unit.name, "gradient padding") {
                    for run in runs { memset(address + run.lowerBound, 0, run.count * 4) }
                })
        }
    }

    /// Pictures or gradients of a node with zeros at the right and at the bottom.
    private func widened(
        _ role: Int32, _ buffer: Buffer, _ node: Int, to shape: [Int], _ convolution: TrainingConvolution
    ) throws(EngineError) -> PrimitiveOperation.Argument {
        let narrow = shapes[node], planes = shape[0] * ((shape[1] + width - 1) / width)
        let description = try MemoryDescription.blocked(shape, width: width, convolution.type), wide = makeBuffer(bytes: description.bytes)
        let pixel = description.bytes / (planes * shape[2] * shape[3])
        appendBackward(
            KernelOperation(nodeName(node), "widen") {
                memset(wide.address, 0, wide.bytes)
                for plane in 0..<planes {
                    for row in 0..<narrow[2] {
                        memcpy(
                            wide.address + (plane * shape[2] + row) * shape[3] * pixel,
                            buffer.address + (plane * narrow[2] + row) * narrow[3] * pixel, narrow[3] * pixel)
                    }
                }
            })
        return .init(role, description, wide)
    }

    private func backwardData(_ unit: TrainingUnit, _ convolution: TrainingConvolution, _ dy: Buffer) throws(EngineError) {
        guard let primitive = convolution.backwardData else {
            guard let depthwise = convolution.depthwise else { return }
            let weights = try parameters.value(convolution.names[0]), dx = try newGradient(of: unit.input)
            return appendBackward(
                KernelOperation(unit.name, "depthwise backward data", flops: convolution.flops) {
                    depthwise.backwardData(dy: dy.floats, weights: weights, dx: dx.floats)
                }, isBelowHead: true)
        }
        let own = try primitive.memory(dnnl_query_weights_md)
        let weights = try turned(convolution, to: own, node: unit.name) { self.appendBackward($0, isBelowHead: true) }
        let dx = try newGradient(of: unit.input)
        appendBackward(
            PrimitiveOperation(
                "\(convolution.kind) backward data", primitive, flops: convolution.flops,
                arguments: [
                    .init(DNNL_ARG_WEIGHTS, own, weights), .init(DNNL_ARG_DIFF_DST, try description(unit.output, convolution.type), dy),
                    .init(DNNL_ARG_DIFF_SRC, try description(unit.input), dx),
                ] + (try primitive.scratchArgument(scratch))), isBelowHead: true)
    }

    /// The weights as a primitive wants them: as they are kept, or reordered (and rounded) at this place of the step.
    private func turned(
        _ convolution: TrainingConvolution, to own: MemoryDescription, node: String, _ append: (any PlanOperation) -> Void
    ) throws(EngineError) -> Buffer {
        let kept = convolution.weights
        let weights = try parameter(convolution.names[0], bytes: kept.bytes)
        if own.isSame(as: kept) { return weights }
        let turned = makeBuffer(bytes: own.bytes)
        append(try reorder(kept, weights, own, turned, node: node))
        return turned
    }

    private func reorder(
        _ from: MemoryDescription, _ source: Buffer, _ to: MemoryDescription, _ destination: Buffer, node: String
    ) throws(EngineError) -> PrimitiveOperation {
        let description = try PrimitiveDescription(reorder: from, to: to, attributes: attributes, runtime, node: node)
        return PrimitiveOperation(
            "weight reorder", description,
            arguments: [.init(DNNL_ARG_FROM, from, source), .init(DNNL_ARG_TO, to, destination)]
                + (try description.scratchArgument(scratch)))
    }

    // MARK: bfloat16

    /// What a convolution reads: the result of a node, or that result rounded once for all convolutions that read it, forward and backward.
    private func convolutionSource(_ node: Int, _ convolution: TrainingConvolution) throws(EngineError) -> Buffer {
        guard convolution.type == dnnl_bf16 else { return try value(node) }
        if let rounded = roundedValues[node] {
            rounded.use(at: time)
            return rounded
        }
        let x = try value(node), rounded = try makeRounded(node)
        appendForward(try rounding("round", x, rounded, node: node))
        return rounded
    }

    /// Memory for a node's result in bfloat16.
    func makeRounded(_ node: Int) throws(EngineError) -> Buffer {
        let rounded = makeBuffer(bytes: try bytes(node) / 2)
        roundedValues[node] = rounded
        return rounded
    }

    /// The gradient of a convolution's result as its primitives read it: rounded by the norm that made it, or here.
    private func convolutionGradient(_ unit: TrainingUnit, _ convolution: TrainingConvolution) throws(EngineError) -> Buffer {
        if let rounded = roundedGradients[unit.output] {
            rounded.use(at: time)
            return rounded
        }
        let dy = try gradient(unit.output)
        guard convolution.type == dnnl_bf16 else { return dy }
        let rounded = makeBuffer(bytes: try bytes(unit.output) / 2)
        appendBackward(try rounding("round gradient", dy, rounded, node: unit.output))
        return rounded
    }

    private func rounding(_ kind: String, _ from: Buffer, _ to: Buffer, node: Int) throws(EngineError) -> KernelOperation {
        let count = try count(node), threads = Int32(threads)
        return KernelOperation(nodeName(node), kind) { aliquot_round_to_bfloat16(from.floats, to.halves, count, threads) }
    }
}
