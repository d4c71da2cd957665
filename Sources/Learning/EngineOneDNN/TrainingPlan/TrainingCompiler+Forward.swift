import CKernels
import COneDNN
import Engine

extension TrainingCompiler {
    func compileForward(_ unit: TrainingUnit) throws(EngineError) {
        let threads = Int32(threads)
        switch unit.kind {
        case .convolution(_, let activation): try forwardConvolution(unit, activation: activation)
        case .norm(let norm, let depth, let residual, let activation):
            try forwardNorm(unit, norm, depth: depth, residual: residual, activation: activation)
        case .squeezedNorm(let norm, let activation, let pool): try forwardSqueezedNorm(unit, norm, activation: activation, pool: pool)
        case .gatedNorm(let norm, let gate): try forwardGatedNorm(unit, norm: norm, gate: gate)
        case .elementwise(let residual, let activation):
            let x = try value(unit.input)
            let r = try residual.map { node throws(EngineError) in try value(node) }
            let y = try makeValue(unit.output)
            let count = try count(unit.output)
            appendForward(
                KernelOperation(unit.name, "activation forward") {
                    aliquot_activation_forward(x.floats, r?.floats, y.floats, count, aliquot_activation(activation.code), threads)
                })
        case .maxPool(let pool): try forwardPooling(unit, PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2]), "max")
        case .averagePool(let pool):
            try forwardPooling(unit, PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2]), "average")
        case .globalAveragePool:
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let x = try value(unit.input), y = try makeValue(unit.output)
            appendForward(KernelOperation(unit.name, "mean forward") { aliquot_global_mean_forward(blocks, channels, x.floats, y.floats) })
        case .dropout(let probability):
            let x = try value(unit.input), y = try makeValue(unit.output)
            let count = try count(unit.output), seed = stepSeed, node = unit.output
            appendForward(
                KernelOperation(unit.name, "dropout forward") { aliquot_dropout(x.floats, y.floats, count, probability, seed.of(node)) })
        case .stochasticDepth(let probability):
            let factors = depthFactors(unit, probability)
            let x = try value(unit.input), y = try makeValue(unit.output)
            let batch = Int32(batch), each = try count(unit.output) / Int64(self.batch)
            appendForward(
                KernelOperation(unit.name, "depth forward") {
                    aliquot_picture_scale(batch, each, x.floats, factors.floats, nil, y.floats, threads)
                })
        case .channelScale(let gate):
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let x = try value(unit.input), s = try value(gate), y = try makeValue(unit.output)
            appendForward(
                KernelOperation(unit.name, "channel scale forward") {
                    aliquot_channel_scale_forward(blocks, channels, x.floats, s.floats, y.floats)
                })
        case .route(let origins): try forwardRoute(unit, origins)
        case .fakeQuantisation(let grid):
            let x = try value(unit.input), y = try makeValue(unit.output)
            let count = try count(unit.output), levels = grid.levels
            appendForward(
                KernelOperation(unit.name, "fake quantisation forward") {
                    aliquot_fake_quantise_forward(x.floats, y.floats, count, grid.scale, levels.lowerBound, levels.upperBound, threads)
                })
        case .linear(let linear):
            let (inputs, outputs) = (Int32(linear.inputs), Int32(linear.outputs))
            let n = Int32(shapes[unit.input][0]), x = try value(unit.input), y = try makeValue(unit.output)
            let weight = try parameters.value("\(unit.name).weight")
            let bias = linear.hasBias ? try parameters.value("\(unit.name).bias") : nil
            appendForward(
                KernelOperation(unit.name, "linear forward", flops: 2 * Double(n) * Double(linear.inputs * linear.outputs)) {
                    aliquot_linear_forward(n, inputs, outputs, x.floats, weight, bias, y.floats, threads)
                })
        }
    }

    /// One factor a picture, drawn anew in each step and kept for the backward pass.
    func depthFactors(_ unit: TrainingUnit, _ probability: Float) -> Buffer {
        let factors = makeBuffer(bytes: batch * 4)
        depths[unit.output] = factors
        let batch = batch, seed = stepSeed, node = unit.output
        appendForward(
            KernelOperation(unit.name, "depth factors") {
                for picture in 0..<batch { factors.floats[picture] = 1 }
                aliquot_dropout(factors.floats, factors.floats, Int64(batch), probability, seed.of(node))
            })
        return factors
    }

    private func forwardPooling(_ unit: TrainingUnit, _ shape: PoolingShapes, _ name: String) throws(EngineError) {
        let source = try description(unit.input), destination = try description(unit.output)
        let description = try shape.forward(source, destination, isTraining: true, attributes: attributes, runtime)
        poolings[unit.output] = description
        var arguments = [
            PrimitiveOperation.Argument(DNNL_ARG_SRC, source, try value(unit.input)),
            .init(DNNL_ARG_DST, destination, try makeValue(unit.output)),
        ]
        if name == "max" {
            let workspaceDescription = try description.memory(dnnl_query_workspace_md)
            let workspace = makeBuffer(bytes: workspaceDescription.bytes)
            workspaces[unit.output] = workspace
            arguments.append(.init(DNNL_ARG_WORKSPACE, workspaceDescription, workspace))
        }
        appendForward(
            PrimitiveOperation("\(name) pooling", description, arguments: arguments + (try description.scratchArgument(scratch))))
    }

    private func forwardRoute(_ unit: TrainingUnit, _ origins: [ChannelOrigin]) throws(EngineError) {
        let (table, nodes) = Self.routeTable(origins)
        var sources: [(Buffer, Int32)] = []
        for node in nodes {
            guard shapes[node].count == 4 else { throw .unsupported(what: "rearranged features at '\(unit.name)'", by: "training") }
            sources.append((try value(node), blockedShape(node).blocks))
        }
        appendForward(
            RouteOperation(
                unit.name, "route forward", shape: blockedShape(unit.output), table: table, sources: sources,
                result: try makeValue(unit.output)))
    }

    /// The kernel's table of origins, and the nodes that its sources are.
    static func routeTable(_ origins: [ChannelOrigin]) -> (table: [aliquot_route_channel], nodes: [Int]) {
        var nodes: [Int] = []
        let table = origins.map { origin in
            let source = nodes.firstIndex(of: origin.node) ?? nodes.count
            if source == nodes.count { nodes.append(origin.node) }
            return aliquot_route_channel(source: Int32(source), channel: Int32(origin.channel))
        }
        return (table, nodes)
    }
}
