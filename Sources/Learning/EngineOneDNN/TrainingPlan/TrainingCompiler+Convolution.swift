import CKernels
import COneDNN
import Engine
import Foundation

extension TrainingCompiler {
    func forwardConvolution(_ unit: TrainingUnit, _ parts: [ConvolutionPart]) throws(EngineError) {
        guard let convolution = convolutions[unit.name] else { return }
        let x = try value(unit.input), y = try makeValue(unit.output)
        guard let forward = convolution.forward else {
            guard let depthwise = convolution.depthwise else { return }
            let weights = try parameters.value(convolution.names[0])
            return appendForward(
                KernelOperation(unit.name, "depthwise forward", flops: convolution.flops) {
                    depthwise.forward(x: x.floats, weights: weights, y: y.floats)
                })
        }
        let weights = try forward.memory(dnnl_query_weights_md)
        var arguments = [
            PrimitiveOperation.Argument(DNNL_ARG_SRC, try description(unit.input), x),
            .init(DNNL_ARG_WEIGHTS, weights, try parameter(convolution.names[0], bytes: weights.bytes)),
            .init(DNNL_ARG_DST, try description(unit.output), y),
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
        var dy: Buffer
        if let activation {
            // Mask and sum of two readers in one pass.
            let parts = try gradientParts(unit.output), y = try value(unit.output)
            let first = parts[0], second = parts.count == 2 ? parts[1] : nil
            let count = try count(unit.output), code = aliquot_activation((activation as Activation?).code), threads = Int32(threads)
            gradients[unit.output] = [first]
            dy = first
            appendBackward(
                KernelOperation(unit.name, "activation backward") {
                    aliquot_activation_backward(first.floats, second?.floats, y.floats, first.floats, count, code, threads)
                })
        } else {
            dy = try gradient(unit.output)
        }
        try backwardWeights(unit, convolution, dy)
        if unit.input != 0 { try backwardData(unit, convolution, dy) }
    }

    private func backwardWeights(_ unit: TrainingUnit, _ convolution: TrainingConvolution, _ dy: Buffer) throws(EngineError) {
        let x = try value(unit.input)
        let address = try parameters.gradient(convolution.names[0])
        if let primitive = convolution.backwardWeights {
            let kept = convolution.weights
            let own = try primitive.memory(dnnl_query_diff_weights_md)
            let isDirect = own.isSame(as: kept)
            let destination = Buffer(kept: address, bytes: kept.bytes)
            let gradient = isDirect ? destination : makeBuffer(bytes: own.bytes)
            var arguments = [
                PrimitiveOperation.Argument(DNNL_ARG_SRC, try description(unit.input), x),
                .init(DNNL_ARG_DIFF_DST, try description(unit.output), dy), .init(DNNL_ARG_DIFF_WEIGHTS, own, gradient),
            ]
            if convolution.shapes.convolution.hasBias {
                let bias = try MemoryDescription([convolution.shapes.convolution.outputs], dnnl_f32, dnnl_a)
                arguments.append(
                    .init(DNNL_ARG_DIFF_BIAS, bias, Buffer(kept: try parameters.gradient("\(unit.name).bias"), bytes: bias.bytes)))
            }
            arguments += try primitive.scratchArgument(scratch)
            appendBackward(
                PrimitiveOperation("\(convolution.kind) backward weights", primitive, flops: convolution.flops, arguments: arguments))
            if !isDirect { try appendReorder(own, gradient, kept, destination, node: unit.name) }
        } else if let depthwise = convolution.depthwise {
            let partials = partials
            appendBackward(
                KernelOperation(unit.name, "depthwise backward weights", flops: convolution.flops) {
                    depthwise.backwardWeights(x: x.floats, dy: dy.floats, dweights: address, partials: partials.floats)
                })
        }
        let runs = try parameters.paddingRuns(convolution.names[0], runtime)
        if !runs.isEmpty {
            appendBackward(
                KernelOperation(unit.name, "gradient padding") {
                    for run in runs { memset(address + run.lowerBound, 0, run.count * 4) }
                })
        }
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
        let kept = convolution.weights, own = try primitive.memory(dnnl_query_weights_md)
        let weights = try parameter(convolution.names[0], bytes: kept.bytes)
        var turned = weights
        if !own.isSame(as: kept) {
            turned = makeBuffer(bytes: own.bytes)
            try appendReorder(kept, weights, own, turned, node: unit.name, isBelowHead: true)
        }
        let dx = try newGradient(of: unit.input)
        appendBackward(
            PrimitiveOperation(
                "\(convolution.kind) backward data", primitive, flops: convolution.flops,
                arguments: [
                    .init(DNNL_ARG_WEIGHTS, own, turned), .init(DNNL_ARG_DIFF_DST, try description(unit.output), dy),
                    .init(DNNL_ARG_DIFF_SRC, try description(unit.input), dx),
                ] + (try primitive.scratchArgument(scratch))), isBelowHead: true)
    }

    private func appendReorder(
        _ from: MemoryDescription, _ source: Buffer, _ to: MemoryDescription, _ destination: Buffer, node: String, isBelowHead: Bool = false
    ) throws(EngineError) {
        let description = try PrimitiveDescription(reorder: from, to: to, attributes: attributes, runtime, node: node)
        appendBackward(
            PrimitiveOperation(
                "weight reorder", description,
                arguments: [.init(DNNL_ARG_FROM, from, source), .init(DNNL_ARG_TO, to, destination)]
                    + (try description.scratchArgument(scratch))), isBelowHead: isBelowHead)
    }
}
