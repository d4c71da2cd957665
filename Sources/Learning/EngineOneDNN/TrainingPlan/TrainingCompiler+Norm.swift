import CKernels
import Engine

/// Batch norm with all that is fused with it.
extension TrainingCompiler {
    private func record(_ unit: TrainingUnit, _ norm: BatchNorm, _ activation: Activation?) throws(EngineError) -> NormRecord {
        guard shapes[unit.input].count == 4 else { throw .unsupported(what: "batch norm '\(unit.name)' of features", by: "training") }
        let shape = blockedShape(unit.input)
        let record = NormRecord(
            shape: shape, norm: norm, activation: activation, x: try value(unit.input),
            statistics: makeBuffer(bytes: 2 * Int(shape.blocks * shape.width) * 4), partials: partials,
            scale: try parameters.value("\(unit.name).weight"), shift: try parameters.value("\(unit.name).bias"),
            runningMean: try parameters.value("\(unit.name).running_mean"),
            runningVariance: try parameters.value("\(unit.name).running_var"),
            scaleGradient: try parameters.gradient("\(unit.name).weight"), shiftGradient: try parameters.gradient("\(unit.name).bias"))
        norms[unit.output] = record
        return record
    }

    /// The record of a norm, whose input and statistics are used now.
    private func used(_ node: Int) throws(EngineError) -> NormRecord {
        guard let record = norms[node] else { throw .unsupported(what: "the norm of node \(node) before it is made", by: "training") }
        record.x.use(at: time)
        record.statistics.use(at: time)
        return record
    }

    func forwardNorm(_ unit: TrainingUnit, _ norm: BatchNorm, depth: Float, residual: Int?, activation: Activation?) throws(EngineError) {
        let factors = depth > 0 ? depthFactors(unit, depth) : nil
        let record = try record(unit, norm, activation)
        let r = try residual.map { node throws(EngineError) in try value(node) }
        let (y, rounded) = try results(unit.output)
        appendForward(
            KernelOperation(unit.name, "norm forward") {
                var job = record.forward(residual: r, y: y)
                var extras = aliquot_norm_extras()
                extras.rounded = rounded?.halves
                extras.factors = UnsafePointer(factors?.floats)
                aliquot_norm_forward_run_with(&job, &extras)
            })
    }

    /// Memory for a norm's result, in the forms in which it is wanted.
    private func results(_ node: Int) throws(EngineError) -> (y: Buffer?, rounded: Buffer?) {
        let rounded = roundedResults.rounded.contains(node) ? try makeRounded(node) : nil
        return (roundedResults.isWantedExact(node) ? try makeValue(node) : nil, rounded)
    }

    /// Memory for the gradient that a norm gives back to a convolution in bfloat16.
    private func roundedGradient(of node: Int) throws(EngineError) -> Buffer? {
        guard roundedResults.roundedGradients.contains(node) else { return nil }
        let rounded = makeBuffer(bytes: try bytes(node) / 2)
        roundedGradients[node] = rounded
        return rounded
    }

    func forwardSqueezedNorm(_ unit: TrainingUnit, _ norm: BatchNorm, activation: Activation?, pool: Int) throws(EngineError) {
        let record = try record(unit, norm, activation), pooled = try makeValue(pool), channels = Int32(shapes[pool][1])
        appendForward(
            KernelOperation(unit.name, "norm forward squeezed") {
                var job = record.forward(residual: nil, y: nil)
                var extras = aliquot_norm_extras()
                extras.channels = channels
                extras.pooled = pooled.floats
                aliquot_norm_forward_run_with(&job, &extras)
            })
    }

    func forwardGatedNorm(_ unit: TrainingUnit, norm: Int, gate: Int) throws(EngineError) {
        let record = try used(norm), s = try value(gate), (y, rounded) = try results(unit.output), channels = Int32(shapes[gate][1])
        appendForward(
            KernelOperation(unit.name, "norm forward gated") {
                var job = record.forward(residual: nil, y: y)
                var extras = aliquot_norm_extras()
                extras.channels = channels
                extras.rounded = rounded?.halves
                extras.gate = UnsafePointer(s.floats)
                aliquot_norm_apply_run(&job, &extras)
            })
    }

    /// Makes the result of a norm again, from its input and its saved statistics.
    func recompute(_ node: Int, bytes: Int) throws(EngineError) -> Buffer {
        let record = try used(node), y = makeBuffer(bytes: bytes)
        guard let unit = units.first(where: { $0.output == node }), case .norm(_, let depth, let residual, _) = unit.kind else {
            throw .unsupported(what: "making node \(node) again", by: "training")
        }
        let r = try residual.map { node throws(EngineError) in try value(node) }
        let factors = depth > 0 ? depths[node] : nil
        factors?.use(at: time)
        appendBackward(
            KernelOperation(unit.name, "norm recompute") {
                var job = record.forward(residual: r, y: y)
                var extras = aliquot_norm_extras()
                extras.factors = UnsafePointer(factors?.floats)
                aliquot_norm_apply_run(&job, &extras)
            })
        return y
    }

    func backwardNorm(_ unit: TrainingUnit, depth: Float, residual: Int?, activation: Activation?) throws(EngineError) {
        let record = try used(unit.output)
        let parts = try gradientParts(unit.output), dy = parts[0]
        let dy2 = parts.count == 2 ? parts[1] : nil
        let factors = depth > 0 ? depths[unit.output] : nil
        factors?.use(at: time)
        // The gradient behind the activation is written out where a second reader needs it or it is more than dy itself.
        let g = dy2 != nil || (residual != nil && activation != nil) ? dy : nil
        var y: Buffer?
        if let residual, let activation { y = try value(activation.isInvertible ? unit.output : residual) }
        let rounded = try roundedGradient(of: unit.input)
        var dx: Buffer?
        if let residual {
            try addGradient(dy, to: residual)
            if rounded == nil { dx = try newGradient(of: unit.input) }
        } else {
            dx = dy
            if rounded == nil { try addGradient(dy, to: unit.input) }
        }
        appendBackward(
            KernelOperation(unit.name, "norm backward") {
                var job = record.backward(dy: dy, dy2: dy2, y: y, g: g, dx: dx, hasResidual: residual != nil)
                var extras = aliquot_norm_extras()
                extras.rounded = rounded?.halves
                extras.factors = UnsafePointer(factors?.floats)
                aliquot_norm_backward_run_with(&job, &extras)
            })
    }

    /// The gradient of the gate; that of the norm waits for the gradient of the mean.
    func backwardGatedNorm(_ unit: TrainingUnit, norm: Int, gate: Int) throws(EngineError) {
        let record = try used(norm), parts = try gradientParts(unit.output), channels = Int32(shapes[gate][1])
        let dy = parts[0], dy2 = parts.count == 2 ? parts[1] : nil
        let ds = try newGradient(of: gate)
        gradients[norm] = parts
        gates[norm] = try value(gate)
        appendBackward(
            KernelOperation(unit.name, "gate backward") {
                var job = record.backward(dy: dy, dy2: dy2, y: nil, g: nil, dx: nil, hasResidual: false)
                var extras = aliquot_norm_extras()
                extras.channels = channels
                aliquot_norm_gate_gradient(&job, &extras, ds.floats)
            })
    }

    func backwardSqueezedNorm(_ unit: TrainingUnit, pool: Int) throws(EngineError) {
        let record = try used(unit.output), parts = try gradientParts(unit.output), dpooled = try gradient(pool)
        guard let gate = gates[unit.output] else { throw .unsupported(what: "the gate of '\(unit.name)'", by: "training") }
        gate.use(at: time)
        let dy = parts[0], dy2 = parts.count == 2 ? parts[1] : nil, channels = Int32(shapes[pool][1])
        let rounded = try roundedGradient(of: unit.input)
        if rounded == nil { try addGradient(dy, to: unit.input) }
        appendBackward(
            KernelOperation(unit.name, "norm backward squeezed") {
                var job = record.backward(dy: dy, dy2: dy2, y: nil, g: dy2 == nil ? nil : dy, dx: dy, hasResidual: false)
                var extras = aliquot_norm_extras()
                extras.channels = channels
                extras.rounded = rounded?.halves
                extras.gate = UnsafePointer(gate.floats)
                extras.dpooled = UnsafePointer(dpooled.floats)
                aliquot_norm_backward_run_with(&job, &extras)
            })
    }
}
