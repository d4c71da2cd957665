import CKernels
import COneDNN
import Engine

/// Turns a graph into the operations of one training step.
///
/// Every activation of the body lies in channel blocks of the machine's width, so that no reorder stands between layers; the picture alone is plain.
/// Time runs from 0 (first unit forward) to `2·units − 1` (first unit backward); buffers share memory where their times do not meet.
/// The gradient of a result may come from two readers: a norm adds the two while it reads them, everything else gets one sum.
final class TrainingCompiler {
    /// The primitives that one convolution needs.
    struct CompiledConvolution {
        let shapes: ConvolutionShapes
        let forward: PrimitiveDescription
        let backwardData: PrimitiveDescription?
        let backwardWeights: PrimitiveDescription
    }

    let graph: Graph
    let runtime: Runtime
    let threads: Int
    let width: Int
    let units: [TrainingUnit]
    let shapes: [[Int]]
    let arena = Arena()
    let dropoutSeed: DropoutSeed
    let parameters: FlatParameters
    let convolutions: [String: CompiledConvolution]
    private(set) var forward: [any PlanOperation] = []
    private(set) var backward: [any PlanOperation] = []
    /// The head's own gradients, for a frozen body.
    private(set) var headBackward: [any PlanOperation] = []
    let pictures: Buffer
    private(set) var logits: Buffer
    let logitGradient: Buffer

    private let attributes: PrimitiveAttributes
    private let scratch: Buffer
    private let partials: Buffer
    private var values: [Int: Buffer] = [:]
    private var gradients: [Int: [Buffer]] = [:]
    /// What a unit's backward pass needs of its forward pass besides values: saved statistics, pooling workspace.
    private var saved: [Int: Buffer] = [:]
    private var poolings: [Int: PrimitiveDescription] = [:]
    private var time = 0

    init(_ graph: Graph, _ options: PlanOptions) throws(EngineError) {
        self.graph = graph
        try graph.fused().checkPictureReaders()
        runtime = try Runtime(threads: options.threads)
        threads = options.threads
        width = Runtime.instructionSet.blockWidth
        units = try TrainingUnit.units(of: graph)
        shapes = try graph.shapes(batch: options.batch, side: options.side)
        attributes = try PrimitiveAttributes()
        dropoutSeed = DropoutSeed()
        convolutions = try Self.compileConvolutions(units, shapes, width: width, attributes, runtime)
        var layouts: [String: (plain: MemoryDescription, layout: MemoryDescription)] = [:]
        for (name, compiled) in convolutions {
            layouts["\(name).weight"] = (try .plainWeights(compiled.shapes.convolution), try compiled.forward.memory(dnnl_query_weights_md))
        }
        parameters = try FlatParameters(graph.parameterSpecifications, layouts: layouts, blockWidth: width)
        pictures = arena.buffer(bytes: shapes[0].reduce(4, *))
        logitGradient = arena.buffer(bytes: options.batch * graph.classes * 4)
        logits = logitGradient
        scratch = arena.buffer(bytes: try Self.scratchBytes(convolutions))
        partials = arena.buffer(bytes: Self.partialBytes(units, shapes, width: width))
        values[0] = pictures
        for (index, unit) in units.enumerated() {
            time = index
            try compileForward(unit)
        }
        time = units.count - 1
        for buffer in [pictures, scratch, partials, logitGradient] {
            buffer.use(at: 0)
            buffer.use(at: 2 * units.count)
        }
        guard let last = units.last, let result = values[last.output] else { throw .unsupported(what: "an empty graph", by: "training") }
        logits = result
        gradients[last.output] = [logitGradient]
        for (index, unit) in units.enumerated().reversed() {
            time = 2 * units.count - 1 - index
            try compileBackward(unit)
        }
        try arena.layOut()
        for operation in forward + backward + headBackward { try operation.bind(runtime) }
    }

    // MARK: Preparation

    private static func compileConvolutions(
        _ units: [TrainingUnit], _ shapes: [[Int]], width: Int, _ attributes: PrimitiveAttributes, _ runtime: Runtime
    ) throws(EngineError) -> [String: CompiledConvolution] {
        var compiled: [String: CompiledConvolution] = [:]
        for unit in units {
            guard case .convolution(let convolution) = unit.kind else { continue }
            let shape = ConvolutionShapes(name: unit.name, convolution: convolution, input: shapes[unit.input], output: shapes[unit.output])
            let source = try unit.input == 0 ? MemoryDescription(shape.input, dnnl_f32, dnnl_nchw) : .blocked(shape.input, width: width)
            let destination = try MemoryDescription.blocked(shape.output, width: width)
            let bias = convolution.hasBias ? try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a) : nil
            let forward = try shape.forward(
                source, .any(MemoryDescription.weightDimensions(convolution)), bias: bias, destination, isTraining: true,
                attributes: attributes, runtime)
            compiled[unit.name] = CompiledConvolution(
                shapes: shape, forward: forward,
                backwardData: unit.input == 0
                    ? nil : try shape.backwardData(source, destination, hint: forward, attributes: attributes, runtime),
                backwardWeights: try shape.backwardWeights(source, destination, hint: forward, attributes: attributes, runtime))
        }
        return compiled
    }

    private static func scratchBytes(_ convolutions: [String: CompiledConvolution]) throws(EngineError) -> Int {
        let largest =
            convolutions.values.map { max($0.forward.scratchBytes, $0.backwardData?.scratchBytes ?? 0, $0.backwardWeights.scratchBytes) }
            .max() ?? 0
        return max(largest, 1 << 20)
    }

    private static func partialBytes(_ units: [TrainingUnit], _ shapes: [[Int]], width: Int) -> Int {
        units.map { unit in
            guard case .norm = unit.kind else { return 0 }
            return Int(aliquot_norm_partials(blockedShape(shapes[unit.output], width: width, threads: 1))) * 4
        }.max() ?? 0
    }

    static func blockedShape(_ shape: [Int], width: Int, threads: Int) -> aliquot_blocked_shape {
        aliquot_blocked_shape(
            batch: Int32(shape[0]), blocks: Int32((shape[1] + width - 1) / width), pixels: Int32(shape[2] * shape[3]), width: Int32(width),
            threads: Int32(threads))
    }

    private func blockedShape(_ node: Int) -> aliquot_blocked_shape { Self.blockedShape(shapes[node], width: width, threads: threads) }

    private func description(_ node: Int) throws(EngineError) -> MemoryDescription {
        try node == 0 ? MemoryDescription(shapes[0], dnnl_f32, dnnl_nchw) : .blocked(shapes[node], width: width)
    }

    private func bytes(_ node: Int) throws(EngineError) -> Int {
        try shapes[node].count == 4 ? description(node).bytes : shapes[node].reduce(4, *)
    }

    private func value(_ node: Int) throws(EngineError) -> Buffer {
        guard let buffer = values[node] else { throw .unsupported(what: "reading node \(node) before it is made", by: "training") }
        buffer.use(at: time)
        return buffer
    }

    private func makeValue(_ node: Int) throws(EngineError) -> Buffer {
        let buffer = arena.buffer(bytes: try bytes(node))
        buffer.use(at: time)
        values[node] = buffer
        return buffer
    }

    private func parameter(_ name: String, bytes: Int) throws(EngineError) -> Buffer {
        Buffer(kept: try parameters.value(name), bytes: bytes)
    }

    // MARK: Forward

    private func compileForward(_ unit: TrainingUnit) throws(EngineError) {
        let threads = Int32(threads)
        switch unit.kind {
        case .convolution(let convolution):
            guard let compiled = convolutions[unit.name] else { return }
            let weights = try compiled.forward.memory(dnnl_query_weights_md)
            var arguments = [
                PrimitiveOperation.Argument(DNNL_ARG_SRC, try description(unit.input), try value(unit.input)),
                .init(DNNL_ARG_WEIGHTS, weights, try parameter("\(unit.name).weight", bytes: weights.bytes)),
                .init(DNNL_ARG_DST, try description(unit.output), try makeValue(unit.output)),
            ]
            if convolution.hasBias {
                let bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
                arguments.append(.init(DNNL_ARG_BIAS, bias, try parameter("\(unit.name).bias", bytes: bias.bytes)))
            }
            arguments += try compiled.forward.scratchArgument(scratch)
            forward.append(PrimitiveOperation("convolution", compiled.forward, flops: compiled.shapes.flops, arguments: arguments))
        case .norm(let norm, let residual, let activation):
            let blocks = blockedShape(unit.output)
            let x = try value(unit.input)
            let r = try residual.map { node throws(EngineError) in try value(node) }
            let statistics = arena.buffer(bytes: 2 * Int(blocks.blocks * blocks.width) * 4)
            statistics.use(at: time)
            saved[unit.output] = statistics
            let y = try makeValue(unit.output)
            let scale = try parameters.value("\(unit.name).weight"), shift = try parameters.value("\(unit.name).bias")
            let mean = try parameters.value("\(unit.name).running_mean"), variance = try parameters.value("\(unit.name).running_var")
            let partials = partials
            forward.append(
                KernelOperation(unit.name, "norm forward") {
                    var job = aliquot_norm_forward(
                        shape: blocks, x: x.floats, residual: r?.floats, y: y.floats, scale: scale, shift: shift, mean: statistics.floats,
                        inverse_deviation: statistics.floats + Int(blocks.blocks * blocks.width), running_mean: mean,
                        running_variance: variance,
                        partials: partials.floats, epsilon: norm.epsilon, momentum: norm.momentum,
                        activation: aliquot_activation(activation.code))
                    aliquot_norm_forward_run(&job)
                })
        case .elementwise(let residual, let activation):
            let x = try value(unit.input)
            let r = try residual.map { node throws(EngineError) in try value(node) }
            let y = try makeValue(unit.output)
            let count = Int64(try bytes(unit.output) / 4)
            forward.append(
                KernelOperation(unit.name, "activation forward") {
                    aliquot_activation_forward(x.floats, r?.floats, y.floats, count, aliquot_activation(activation.code), threads)
                })
        case .maxPool(let pool):
            let shape = PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2])
            let description = try shape.forward(
                try description(unit.input), try self.description(unit.output), isTraining: true, attributes: attributes, runtime)
            let workspaceDescription = try description.memory(dnnl_query_workspace_md)
            let workspace = arena.buffer(bytes: workspaceDescription.bytes)
            workspace.use(at: time)
            saved[unit.output] = workspace
            poolings[unit.output] = description
            forward.append(
                PrimitiveOperation(
                    "max pooling", description,
                    arguments: [
                        .init(DNNL_ARG_SRC, try self.description(unit.input), try value(unit.input)),
                        .init(DNNL_ARG_DST, try self.description(unit.output), try makeValue(unit.output)),
                        .init(DNNL_ARG_WORKSPACE, workspaceDescription, workspace),
                    ] + (try description.scratchArgument(scratch))))
        case .globalAveragePool:
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let x = try value(unit.input), y = try makeValue(unit.output)
            forward.append(KernelOperation(unit.name, "mean forward") { aliquot_global_mean_forward(blocks, channels, x.floats, y.floats) })
        case .dropout(let probability):
            let x = try value(unit.input), y = try makeValue(unit.output)
            let count = Int64(shapes[unit.output].reduce(1, *)), seed = dropoutSeed
            forward.append(
                KernelOperation(unit.name, "dropout forward") { aliquot_dropout(x.floats, y.floats, count, probability, seed.value) })
        case .linear(let linear):
            let (inputs, outputs) = (linear.inputs, linear.outputs)
            let n = Int32(shapes[unit.input][0]), x = try value(unit.input), y = try makeValue(unit.output)
            let weight = try parameters.value("\(unit.name).weight"), bias = try parameters.value("\(unit.name).bias")
            forward.append(
                KernelOperation(unit.name, "linear forward", flops: 2 * Double(n) * Double(inputs * outputs)) {
                    aliquot_linear_forward(n, Int32(inputs), Int32(outputs), x.floats, weight, bias, y.floats, threads)
                })
        }
    }

    // MARK: Backward

    /// Adds one part to the gradient of a node's result; a third part is summed into the first at once.
    private func addGradient(_ buffer: Buffer, to node: Int) throws(EngineError) {
        var parts = gradients[node] ?? []
        if parts.count == 2 {
            appendSum(of: buffer, into: parts[0], count: try bytes(node) / 4, node)
        } else {
            parts.append(buffer)
        }
        gradients[node] = parts
    }

    private func appendSum(of buffer: Buffer, into sum: Buffer, count: Int, _ node: Int) {
        let threads = Int32(threads)
        buffer.use(at: time)
        sum.use(at: time)
        backward.append(
            KernelOperation(graph.nodes[node].name, "gradient sum") {
                aliquot_activation_forward(sum.floats, buffer.floats, sum.floats, Int64(count), ALIQUOT_LINEAR, threads)
            })
    }

    /// The whole gradient of a node's result in one buffer.
    private func gradient(_ node: Int) throws(EngineError) -> Buffer {
        guard let parts = gradients[node], let first = parts.first else {
            throw .unsupported(what: "the gradient of node \(node)", by: "training")
        }
        if parts.count == 2 { appendSum(of: parts[1], into: first, count: try bytes(node) / 4, node) }
        gradients[node] = [first]
        first.use(at: time)
        return first
    }

    private func newGradient(of node: Int) throws(EngineError) -> Buffer {
        let buffer = arena.buffer(bytes: try bytes(node))
        buffer.use(at: time)
        try addGradient(buffer, to: node)
        return buffer
    }

    private func compileBackward(_ unit: TrainingUnit) throws(EngineError) {
        let threads = Int32(threads)
        switch unit.kind {
        case .convolution(let convolution): try compileBackward(unit, convolution)
        case .norm(_, let residual, let activation): try compileBackward(unit, residual: residual, activation: activation)
        case .elementwise(let residual, let activation):
            let dy = try gradient(unit.output), y = try value(unit.output)
            let count = Int64(try bytes(unit.output) / 4)
            backward.append(
                KernelOperation(unit.name, "activation backward") {
                    aliquot_activation_backward(dy.floats, nil, y.floats, dy.floats, count, aliquot_activation(activation.code), threads)
                })
            if let residual {
                let copy = try newGradient(of: residual)
                backward.append(
                    KernelOperation(unit.name, "gradient copy") {
                        aliquot_activation_forward(dy.floats, nil, copy.floats, count, ALIQUOT_LINEAR, threads)
                    })
            }
            try addGradient(dy, to: unit.input)
        case .maxPool(let pool):
            guard let hint = poolings[unit.output], let workspace = saved[unit.output] else { return }
            let dy = try gradient(unit.output)
            workspace.use(at: time)
            let description = try PoolingShapes(name: unit.name, pool: pool, side: shapes[unit.input][2]).backward(
                try description(unit.input), try self.description(unit.output), hint: hint, attributes: attributes, runtime)
            let dx = try newGradient(of: unit.input)
            backward.append(
                PrimitiveOperation(
                    "max pooling backward", description,
                    arguments: [
                        .init(DNNL_ARG_DIFF_DST, try self.description(unit.output), dy),
                        .init(DNNL_ARG_DIFF_SRC, try self.description(unit.input), dx),
                        .init(DNNL_ARG_WORKSPACE, try hint.memory(dnnl_query_workspace_md), workspace),
                    ] + (try description.scratchArgument(scratch))))
        case .globalAveragePool:
            let blocks = blockedShape(unit.input), channels = Int32(shapes[unit.input][1])
            let dy = try gradient(unit.output), dx = try newGradient(of: unit.input)
            backward.append(
                KernelOperation(unit.name, "mean backward") { aliquot_global_mean_backward(blocks, channels, dy.floats, dx.floats) })
        case .dropout(let probability):
            let dy = try gradient(unit.output), count = Int64(shapes[unit.output].reduce(1, *)), seed = dropoutSeed
            backward.append(
                KernelOperation(unit.name, "dropout backward") { aliquot_dropout(dy.floats, dy.floats, count, probability, seed.value) })
            try addGradient(dy, to: unit.input)
        case .linear(let linear):
            let (inputs, outputs) = (linear.inputs, linear.outputs)
            let n = Int32(shapes[unit.input][0]), x = try value(unit.input), dy = try gradient(unit.output)
            let weight = try parameters.value("\(unit.name).weight")
            let weightGradient = try parameters.gradient("\(unit.name).weight"), biasGradient = try parameters.gradient("\(unit.name).bias")
            let flops = 2 * Double(n) * Double(inputs * outputs)
            let ownGradients = KernelOperation(unit.name, "linear backward weights", flops: flops) {
                aliquot_linear_backward_weights(
                    n, Int32(inputs), Int32(outputs), x.floats, dy.floats, weightGradient, biasGradient, threads)
            }
            backward.append(ownGradients)
            if unit.name == graph.headName { headBackward.append(ownGradients) }
            let dx = try newGradient(of: unit.input)
            backward.append(
                KernelOperation(unit.name, "linear backward data", flops: flops) {
                    aliquot_linear_backward_data(n, Int32(inputs), Int32(outputs), dy.floats, weight, dx.floats, threads)
                })
        }
    }

    private func compileBackward(_ unit: TrainingUnit, residual: Int?, activation: Activation?) throws(EngineError) {
        guard let statistics = saved[unit.output], let parts = gradients[unit.output], let dy = parts.first else {
            throw .unsupported(what: "the gradient of \(unit.name)", by: "training")
        }
        let blocks = blockedShape(unit.output), x = try value(unit.input)
        let dy2 = parts.count == 2 ? parts[1] : nil
        for part in parts { part.use(at: time) }
        statistics.use(at: time)
        // The gradient behind the activation is written out where a second reader needs it or it is more than dy itself.
        let isMasked = activation != nil
        let g = dy2 != nil || (residual != nil && isMasked) ? dy : nil
        let y = residual != nil && isMasked ? try value(unit.output) : nil
        let dx: Buffer
        if let residual {
            try addGradient(dy, to: residual)
            dx = try newGradient(of: unit.input)
        } else {
            dx = dy
            try addGradient(dy, to: unit.input)
        }
        let scale = try parameters.value("\(unit.name).weight"), shift = try parameters.value("\(unit.name).bias")
        let dscale = try parameters.gradient("\(unit.name).weight"), dshift = try parameters.gradient("\(unit.name).bias")
        let partials = partials
        backward.append(
            KernelOperation(unit.name, "norm backward") {
                var job = aliquot_norm_backward(
                    shape: blocks, dy: dy.floats, dy2: dy2?.floats, x: x.floats, y: y?.floats, g: g?.floats, dx: dx.floats, scale: scale,
                    shift: shift,
                    mean: statistics.floats, inverse_deviation: statistics.floats + Int(blocks.blocks * blocks.width), dscale: dscale,
                    dshift: dshift,
                    partials: partials.floats, activation: aliquot_activation(activation.code), has_residual: residual == nil ? 0 : 1)
                aliquot_norm_backward_run(&job)
            })
    }

    private func compileBackward(_ unit: TrainingUnit, _ convolution: Convolution) throws(EngineError) {
        guard let compiled = convolutions[unit.name] else { return }
        let dy = try gradient(unit.output), x = try value(unit.input)
        let destination = try description(unit.output), source = try description(unit.input)
        let layout = try compiled.forward.memory(dnnl_query_weights_md)

        let gradientLayout = try compiled.backwardWeights.memory(dnnl_query_diff_weights_md)
        let kept = Buffer(kept: try parameters.gradient("\(unit.name).weight"), bytes: layout.bytes)
        let isDirect = gradientLayout.isSame(as: layout)
        let gradient = isDirect ? kept : arena.buffer(bytes: gradientLayout.bytes)
        gradient.use(at: time)
        var arguments = [
            PrimitiveOperation.Argument(DNNL_ARG_SRC, source, x), .init(DNNL_ARG_DIFF_DST, destination, dy),
            .init(DNNL_ARG_DIFF_WEIGHTS, gradientLayout, gradient),
        ]
        if convolution.hasBias {
            let bias = try MemoryDescription([convolution.outputs], dnnl_f32, dnnl_a)
            arguments.append(.init(DNNL_ARG_DIFF_BIAS, bias, Buffer(kept: try parameters.gradient("\(unit.name).bias"), bytes: bias.bytes)))
        }
        arguments += try compiled.backwardWeights.scratchArgument(scratch)
        backward.append(
            PrimitiveOperation("convolution backward weights", compiled.backwardWeights, flops: compiled.shapes.flops, arguments: arguments)
        )
        if !isDirect { try appendReorder(gradientLayout, gradient, layout, kept, node: unit.name) }

        guard let backwardData = compiled.backwardData else { return }
        let weightLayout = try backwardData.memory(dnnl_query_weights_md)
        let weights = try parameter("\(unit.name).weight", bytes: layout.bytes)
        var turned = weights
        if !weightLayout.isSame(as: layout) {
            turned = arena.buffer(bytes: weightLayout.bytes)
            turned.use(at: time)
            try appendReorder(layout, weights, weightLayout, turned, node: unit.name)
        }
        let dx = try newGradient(of: unit.input)
        backward.append(
            PrimitiveOperation(
                "convolution backward data", backwardData, flops: compiled.shapes.flops,
                arguments: [
                    .init(DNNL_ARG_WEIGHTS, weightLayout, turned), .init(DNNL_ARG_DIFF_DST, destination, dy),
                    .init(DNNL_ARG_DIFF_SRC, source, dx),
                ] + (try backwardData.scratchArgument(scratch))))
    }

    private func appendReorder(
        _ from: MemoryDescription, _ source: Buffer, _ to: MemoryDescription, _ destination: Buffer, node: String
    ) throws(EngineError) {
        let description = try PrimitiveDescription(reorder: from, to: to, attributes: attributes, runtime, node: node)
        backward.append(
            PrimitiveOperation(
                "weight reorder", description,
                arguments: [.init(DNNL_ARG_FROM, from, source), .init(DNNL_ARG_TO, to, destination)]
                    + (try description.scratchArgument(scratch))))
    }
}

/// The seed of the running step's dropout: set by the plan, read by its kernels.
final class DropoutSeed {
    var value: UInt64 = 0
}
