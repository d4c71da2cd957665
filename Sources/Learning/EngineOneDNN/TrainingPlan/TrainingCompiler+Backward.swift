import CKernels
import COneDNN
import Engine

extension TrainingCompiler {
    func compileBackward(_ unit: TrainingUnit) throws(EngineError) {
        let threads = Int32(threads)
        switch unit.kind {
        case .convolution(let parts, let activation): try backwardConvolution(unit, parts, activation: activation)
        case .norm(_, let depth, let residual, let activation):
            try backwardNorm(unit, depth: depth, residual: residual, activation: activation)
        case .squeezedNorm(_, _, let pool): try backwardSqueezedNorm(unit, pool: pool)
        case .gatedNorm(let norm, let gate): try backwardGatedNorm(unit, norm: norm, gate: gate)
        case .elementwise(let residual, let activation): try backwardElementwise(unit, residual: residual, activation: activation)
        case .maxPool(let pool): try backwardPooling(unit, PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2]), "max")
        case .averagePool(let pool):
            try backwardPooling(unit, PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2]), "average")
        case .globalAveragePool:
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let dy = try gradient(unit.output)
            if let sum = gradients[unit.input]?.first {
                sum.use(at: time)
                appendBackward(
                    KernelOperation(unit.name, "mean backward") {
                        aliquot_global_mean_backward_add(blocks, channels, dy.floats, sum.floats)
                    })
            } else {
                let dx = try newGradient(of: unit.input)
                appendBackward(
                    KernelOperation(unit.name, "mean backward") { aliquot_global_mean_backward(blocks, channels, dy.floats, dx.floats) })
            }
        case .dropout(let probability):
            let dy = try gradient(unit.output), count = try count(unit.output), seed = stepSeed, node = unit.output
            appendBackward(
                KernelOperation(unit.name, "dropout backward") { aliquot_dropout(dy.floats, dy.floats, count, probability, seed.of(node)) })
            try addGradient(dy, to: unit.input)
        case .stochasticDepth:
            guard let factors = depths[unit.output] else { return }
            factors.use(at: time)
            let dy = try gradient(unit.output)
            let batch = Int32(batch), each = try count(unit.output) / Int64(self.batch)
            appendBackward(
                KernelOperation(unit.name, "depth backward") {
                    aliquot_picture_scale(batch, each, dy.floats, factors.floats, nil, dy.floats, threads)
                })
            try addGradient(dy, to: unit.input)
        case .channelScale(let gate):
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let dy = try gradient(unit.output), x = try value(unit.input), s = try value(gate), ds = try newGradient(of: gate)
            appendBackward(
                KernelOperation(unit.name, "channel scale backward") {
                    aliquot_channel_scale_backward(blocks, channels, dy.floats, x.floats, s.floats, dy.floats, ds.floats, 0)
                })
            try addGradient(dy, to: unit.input)
        case .route(let origins):
            let (table, nodes) = Self.routeTable(origins)
            let dy = try gradient(unit.output)
            for (source, node) in nodes.enumerated() {
                routeReaders[node, default: []].append(
                    RouteReader(gradient: dy, blocks: blockedShape(unit.output).blocks, table: table, source: Int32(source)))
            }
        case .fakeQuantisation(let grid):
            let dy = try gradient(unit.output), x = try value(unit.input)
            let count = try count(unit.output), levels = grid.levels
            appendBackward(
                KernelOperation(unit.name, "fake quantisation backward") {
                    aliquot_fake_quantise_backward(
                        dy.floats, x.floats, dy.floats, count, grid.scale, levels.lowerBound, levels.upperBound, threads)
                })
            try addGradient(dy, to: unit.input)
        case .linear(let linear): try backwardLinear(unit, linear)
        }
    }

    private func backwardLinear(_ unit: TrainingUnit, _ linear: Linear) throws(EngineError) {
        let threads = Int32(threads), (inputs, outputs) = (Int32(linear.inputs), Int32(linear.outputs))
        let n = Int32(shapes[unit.input][0]), x = try value(unit.input), dy = try gradient(unit.output)
        let weight = try parameters.value("\(unit.name).weight"), dweight = try parameters.gradient("\(unit.name).weight")
        let dbias = linear.hasBias ? try parameters.gradient("\(unit.name).bias") : nil
        let flops = 2 * Double(n) * Double(linear.inputs * linear.outputs)
        appendBackward(
            KernelOperation(unit.name, "linear backward weights", flops: flops) {
                aliquot_linear_backward_weights(n, inputs, outputs, x.floats, dy.floats, dweight, dbias, threads)
            })
        let dx = try newGradient(of: unit.input)
        appendBackward(
            KernelOperation(unit.name, "linear backward data", flops: flops) {
                aliquot_linear_backward_data(n, inputs, outputs, dy.floats, weight, dx.floats, threads)
            }, isBelowHead: true)
    }

    private func backwardElementwise(_ unit: TrainingUnit, residual: Int?, activation: Activation?) throws(EngineError) {
        let threads = Int32(threads), count = try count(unit.output)
        let dy = try gradient(unit.output)
        if let activation {
            // Only ReLU and ReLU6 are taken in behind an addition, so that an argument is always one node's result.
            let y = try value(activation.isInvertible ? unit.output : unit.input)
            let code = aliquot_activation((activation as Activation?).code)
            appendBackward(
                KernelOperation(unit.name, "activation backward") {
                    aliquot_activation_backward(dy.floats, nil, y.floats, dy.floats, count, code, threads)
                })
        }
        if let residual {
            let copy = try newGradient(of: residual)
            appendBackward(
                KernelOperation(unit.name, "gradient copy") {
                    aliquot_activation_forward(dy.floats, nil, copy.floats, count, ALIQUOT_LINEAR, threads)
                })
        }
        try addGradient(dy, to: unit.input)
    }

    private func backwardPooling(_ unit: TrainingUnit, _ shape: PoolingShapes, _ name: String) throws(EngineError) {
        guard let hint = poolings[unit.output] else { return }
        let source = try description(unit.input), destination = try description(unit.output)
        let dy = try gradient(unit.output)
        let description = try shape.backward(source, destination, hint: hint, attributes: attributes, runtime)
        let dx = try newGradient(of: unit.input)
        var arguments = [PrimitiveOperation.Argument(DNNL_ARG_DIFF_DST, destination, dy), .init(DNNL_ARG_DIFF_SRC, source, dx)]
        if let workspace = workspaces[unit.output] {
            workspace.use(at: time)
            arguments.append(.init(DNNL_ARG_WORKSPACE, try hint.memory(dnnl_query_workspace_md), workspace))
        }
        appendBackward(
            PrimitiveOperation("\(name) pooling backward", description, arguments: arguments + (try description.scratchArgument(scratch))))
    }
}
