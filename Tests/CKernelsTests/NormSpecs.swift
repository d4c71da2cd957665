import CKernels
import Foundation
import Testing

/// Expected numbers: the float64 loops of ``NormCase``.
@Suite("Batch norm on blocked pictures")
struct NormSpecs {
    static func cases(_ activation: PlainActivation) -> [NormCase] {
        var cases: [NormCase] = []
        let sizes = [(1, 2), (5, 7), (15, 14)], channels = [3, 12, 20, 58, 60]
        for lanes in [8, 16] {
            for (i, size) in sizes.enumerated() {
                for hasResidual in [false, true] {
                    for hasExtras in [false, true] {
                        let seed = cases.count + Int(activation.kind.rawValue)
                        cases.append(
                            NormCase(
                                activation: activation, hasResidual: hasResidual, hasExtras: hasExtras, batch: i == 1 ? 1 : 3,
                                channels: channels[seed % 5], height: size.0, width: size.1, lanes: lanes, threads: 1 + seed % 3, seed: seed
                            ))
                    }
                }
            }
        }
        // So large that one channel block is finished before the next is begun; with kinks some of so many pixels would lie on one.
        guard [ALIQUOT_LINEAR, ALIQUOT_SILU, ALIQUOT_SIGMOID].contains(activation.kind) else { return cases }
        cases.append(
            NormCase(
                activation: activation, hasResidual: false, hasExtras: true, batch: 3, channels: 20, height: 65, width: 66, lanes: 8,
                threads: 2, seed: 50))
        return cases
    }

    /// Runs the forward pass; what it returns is y, the pooled means and the running statistics.
    private func forward(_ pass: NormCase, isGated: Bool) -> (
        y: BlockedPictures, pooled: Floats, runningMean: Floats, runningVariance: Floats
    ) {
        let y = pass.x.alike(), pooled = Floats(count: pass.x.batch * pass.x.channels, filling: 77), partials = pass.partials
        let runningMean = pass.x.parameters { _ in 0.5 }, runningVariance = pass.x.parameters { _ in 2 }
        var job = aliquot_norm_forward(
            shape: pass.shape, x: pass.x.floats.pointer, residual: pass.hasResidual ? pass.residual.floats.pointer : nil,
            y: y.floats.pointer, scale: pass.scale.pointer, shift: pass.shift.pointer, mean: pass.mean.pointer,
            inverse_deviation: pass.inverse.pointer, running_mean: runningMean.pointer, running_variance: runningVariance.pointer,
            partials: partials.pointer, epsilon: NormCase.epsilon, momentum: NormCase.momentum, activation: pass.activation.kind)
        var extras = pass.extras(pooled: pooled, isGated: isGated)
        aliquot_norm_forward_run_with(&job, &extras)
        return (y, pooled, runningMean, runningVariance)
    }

    @Test("The forward pass normalises, adds, activates, gates and pools", arguments: PlainActivation.all)
    func forward(activation: PlainActivation) {
        for (i, pass) in Self.cases(activation).enumerated() {
            let result = forward(pass, isGated: true)
            let arguments = (0..<pass.x.channels).map(pass.arguments)
            let distance = result.y.distance(behind: pass.hasExtras ? 0 : activation.ofZero) { n, c, p in
                activation(arguments[c][n][p]) * pass.gate(n, c)
            }
            #expect(distance < 2e-5, "case \(i)")
            for c in 0..<pass.x.channels {
                let momentum = Double(NormCase.momentum), unbiased = pass.variance(c) * pass.count / max(1, pass.count - 1)
                #expect(abs(Double(result.runningMean[c]) - ((1 - momentum) * 0.5 + momentum * pass.mean(c))) < 1e-5)
                #expect(abs(Double(result.runningVariance[c]) - ((1 - momentum) * 2 + momentum * unbiased)) < 1e-5)
                guard pass.hasExtras else { continue }
                for n in 0..<pass.x.batch {
                    let mean = arguments[c][n].reduce(0) { $0 + activation($1) } / Double(pass.x.pixels)
                    #expect(abs(Double(result.pooled[n * pass.x.channels + c]) - mean) < 1e-5, "case \(i)")
                }
            }
        }
    }

    @Test("Pooling alone writes no picture, and the picture can be made later from the kept statistics", arguments: PlainActivation.all)
    func later(activation: PlainActivation) {
        for pass in Self.cases(activation) where pass.hasExtras {
            // Given a whole forward pass
            let whole = forward(pass, isGated: true), partials = pass.partials
            // When the same is done in two steps, the first without y
            let y = pass.x.alike(), pooled = Floats(count: whole.pooled.count)
            let running = pass.x.parameters { _ in 0 }, running2 = pass.x.parameters { _ in 0 }
            var job = aliquot_norm_forward(
                shape: pass.shape, x: pass.x.floats.pointer, residual: pass.hasResidual ? pass.residual.floats.pointer : nil, y: nil,
                scale: pass.scale.pointer, shift: pass.shift.pointer, mean: pass.mean.pointer, inverse_deviation: pass.inverse.pointer,
                running_mean: running.pointer, running_variance: running2.pointer, partials: partials.pointer, epsilon: NormCase.epsilon,
                momentum: NormCase.momentum, activation: activation.kind)
            var extras = pass.extras(pooled: pooled, isGated: false)
            aliquot_norm_forward_run_with(&job, &extras)
            let kept = running.values
            job.y = y.floats.pointer
            extras = pass.extras(isGated: true)
            aliquot_norm_apply_run(&job, &extras)
            // Then nothing differs, and the second step moved no running statistics
            #expect(y.floats.values == whole.y.floats.values)
            #expect(pooled.values == whole.pooled.values)
            #expect(running.values == kept)
        }
    }

    /// Every number rounded to bfloat16.
    private func rounded(_ exact: Floats) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: exact.count) { buffer, count in
            aliquot_round_to_bfloat16(exact.pointer, buffer.baseAddress, Int64(exact.count), 1)
            count = exact.count
        }
    }

    @Test("Result and gradient come rounded to bfloat16 where that is wanted", arguments: PlainActivation.all)
    func rounded(activation: PlainActivation) {
        for (i, pass) in Self.cases(activation).enumerated() {
            // Given the exact result, and the statistics that it has left
            let y = forward(pass, isGated: true).y, size = y.floats.count
            // When it is made again, rounded, kept in float32 too or not
            for keepsY in [false, true] {
                var halves = [UInt16](repeating: 7, count: size)
                let again = pass.x.alike(), running = pass.x.parameters { _ in 0 }, partials = pass.partials
                halves.withUnsafeMutableBufferPointer { halves in
                    var job = aliquot_norm_forward(
                        shape: pass.shape, x: pass.x.floats.pointer, residual: pass.hasResidual ? pass.residual.floats.pointer : nil,
                        y: keepsY ? again.floats.pointer : nil, scale: pass.scale.pointer, shift: pass.shift.pointer,
                        mean: pass.mean.pointer, inverse_deviation: pass.inverse.pointer, running_mean: running.pointer,
                        running_variance: running.pointer, partials: partials.pointer, epsilon: NormCase.epsilon,
                        momentum: NormCase.momentum, activation: activation.kind)
                    var extras = pass.extras(isGated: true)
                    extras.rounded = halves.baseAddress
                    aliquot_norm_apply_run(&job, &extras)
                }
                #expect(halves == rounded(y.floats), "case \(i)")
                #expect(!keepsY || again.floats.values == y.floats.values, "case \(i)")
            }
            // And the gradient, with the gradient behind the activation written out or not
            for keepsG in [false, true] {
                let g = pass.x.alike(), partials = pass.partials, told = activation.isDerivedFromArgument ? pass.residual : y
                let dscale = pass.x.parameters { _ in 0 }, dshift = pass.x.parameters { _ in 0 }
                func run(_ halves: UnsafeMutablePointer<UInt16>?) -> BlockedPictures {
                    let dx = pass.x.alike()
                    var job = aliquot_norm_backward(
                        shape: pass.shape, dy: pass.dy.floats.pointer, dy2: pass.dy2.floats.pointer, x: pass.x.floats.pointer,
                        y: told.floats.pointer, g: keepsG ? g.floats.pointer : nil, dx: keepsG && halves != nil ? nil : dx.floats.pointer,
                        scale: pass.scale.pointer, shift: pass.shift.pointer, mean: pass.mean.pointer,
                        inverse_deviation: pass.inverse.pointer, dscale: dscale.pointer, dshift: dshift.pointer,
                        partials: partials.pointer, activation: activation.kind, has_residual: pass.hasResidual ? 1 : 0)
                    var extras = pass.extras(isGated: true)
                    extras.rounded = halves
                    aliquot_norm_backward_run_with(&job, &extras)
                    return dx
                }
                let exact = run(nil)
                var halves = [UInt16](repeating: 7, count: size)
                halves.withUnsafeMutableBufferPointer { _ = run($0.baseAddress) }
                #expect(halves == rounded(exact.floats), "case \(i)")
            }
        }
    }

    @Test("The backward pass gives all gradients", arguments: PlainActivation.all)
    func backward(activation: PlainActivation) {
        for (i, pass) in Self.cases(activation).enumerated() {
            // Given the forward pass without gate (y is the activation's result)
            let y = forward(pass, isGated: false).y
            // When it goes back, with the gradient behind the activation written out or not
            for keepsG in [false, true] {
                let g = pass.x.alike(), dx = pass.x.alike(), partials = pass.partials
                let dscale = pass.x.parameters { _ in 77 }, dshift = pass.x.parameters { _ in 77 }
                let told = activation.isDerivedFromArgument ? pass.residual : y
                var job = aliquot_norm_backward(
                    shape: pass.shape, dy: pass.dy.floats.pointer, dy2: pass.dy2.floats.pointer, x: pass.x.floats.pointer,
                    y: told.floats.pointer, g: keepsG ? g.floats.pointer : nil, dx: dx.floats.pointer, scale: pass.scale.pointer,
                    shift: pass.shift.pointer, mean: pass.mean.pointer, inverse_deviation: pass.inverse.pointer, dscale: dscale.pointer,
                    dshift: dshift.pointer, partials: partials.pointer, activation: activation.kind, has_residual: pass.hasResidual ? 1 : 0)
                var extras = pass.extras(isGated: true)
                aliquot_norm_backward_run_with(&job, &extras)
                // Then they are the plain loops'
                let expected = (0..<pass.x.channels).map(pass.gradients)
                // A pixel near a kink of the activation may fall on either side; the seeds are chosen so that there is none.
                let isDecided = (0..<pass.x.channels).allSatisfy { c in
                    pass.arguments(c).allSatisfy { row in row.allSatisfy { !activation.isUndecided($0) } }
                }
                #expect(isDecided, "case \(i)")
                #expect(dx.distance { n, c, p in expected[c].dx[n][p] } < 5e-5, "case \(i)")
                if keepsG { #expect(g.distance { n, c, p in expected[c].g[n][p] } < 2e-5, "case \(i)") }
                for c in 0..<pass.x.channels {
                    let size = 1 + abs(expected[c].dscale) + abs(expected[c].dshift)
                    #expect(abs(Double(dscale[c]) - expected[c].dscale) / size < 4e-5, "case \(i)")
                    #expect(abs(Double(dshift[c]) - expected[c].dshift) / size < 4e-5, "case \(i)")
                }
            }
        }
    }

    @Test("The gradient of the gate is the sum of dy times the recomputed activation", arguments: PlainActivation.all)
    func gateGradient(activation: PlainActivation) {
        for pass in Self.cases(activation) where pass.hasExtras {
            _ = forward(pass, isGated: true)
            let dgate = Floats(count: pass.x.batch * pass.x.channels, filling: 77)
            var job = aliquot_norm_backward()
            job.shape = pass.shape
            job.dy = UnsafePointer(pass.dy.floats.pointer)
            job.dy2 = UnsafePointer(pass.dy2.floats.pointer)
            job.x = UnsafePointer(pass.x.floats.pointer)
            job.y = UnsafePointer(pass.residual.floats.pointer)
            job.scale = UnsafePointer(pass.scale.pointer)
            job.shift = UnsafePointer(pass.shift.pointer)
            job.mean = UnsafePointer(pass.mean.pointer)
            job.inverse_deviation = UnsafePointer(pass.inverse.pointer)
            job.activation = activation.kind
            job.has_residual = pass.hasResidual ? 1 : 0
            var extras = pass.extras(isGated: true)
            aliquot_norm_gate_gradient(&job, &extras, dgate.pointer)
            let arguments = (0..<pass.x.channels).map(pass.arguments)
            let expected = (0..<pass.x.batch).flatMap { n in
                (0..<pass.x.channels).map { c in
                    (0..<pass.x.pixels).reduce(0.0) { sum, p in
                        sum + (Double(pass.dy[n, c, p]) + Double(pass.dy2[n, c, p])) * activation(arguments[c][n][p])
                    }
                }
            }
            #expect(dgate.distance(expected) < 2e-5)
        }
    }

    @Test("The short ways give the same as the long one with nothing in it")
    func shortWays() {
        let pass = NormCase(
            activation: PlainActivation(kind: ALIQUOT_SILU), hasResidual: false, hasExtras: false, batch: 2, channels: 20, height: 5,
            width: 5, lanes: 8, threads: 2, seed: 1)
        let long = forward(pass, isGated: false).y, short = pass.x.alike(), partials = pass.partials
        let running = pass.x.parameters { _ in 0 }, running2 = pass.x.parameters { _ in 0 }
        var job = aliquot_norm_forward(
            shape: pass.shape, x: pass.x.floats.pointer, residual: nil, y: short.floats.pointer, scale: pass.scale.pointer,
            shift: pass.shift.pointer, mean: pass.mean.pointer, inverse_deviation: pass.inverse.pointer, running_mean: running.pointer,
            running_variance: running2.pointer, partials: partials.pointer, epsilon: NormCase.epsilon, momentum: NormCase.momentum,
            activation: ALIQUOT_SILU)
        aliquot_norm_forward_run(&job)
        #expect(short.floats.values == long.floats.values)
        let twice = Floats([2, 2]), doubled = pass.x.alike()
        job.y = doubled.floats.pointer
        aliquot_norm_forward_run_factors(&job, twice.pointer)
        #expect(doubled.floats.values != long.floats.values)
    }

    @Test("A result that is stored past the caches is the same")
    func streaming() {
        // Given 12 pictures that exceed the last cache, and their statistics
        let x = BlockedPictures(batch: 12, channels: 32, height: 112, width: 112, lanes: 16, filling: 1), whole = x.alike(),
            parts = x.alike()
        aliquot_dropout(x.floats.pointer, x.floats.pointer, Int64(x.floats.count), 0.5, 3)
        let ones = x.parameters { Float($0) }
        // When all are normalised at once, and one by one
        for (y, batch) in [(whole, 12), (parts, 1)] {
            for n in stride(from: 0, to: 12, by: batch) {
                let at = n * 32 * 112 * 112
                var job = aliquot_norm_forward()
                job.shape = x.shape(threads: 2)
                job.shape.batch = Int32(batch)
                job.x = UnsafePointer(x.floats.pointer + at)
                job.y = y.floats.pointer + at
                job.scale = UnsafePointer(ones.pointer)
                job.shift = UnsafePointer(ones.pointer)
                job.mean = ones.pointer
                job.inverse_deviation = ones.pointer
                job.activation = ALIQUOT_RELU6
                aliquot_norm_apply_run(&job, nil)
            }
        }
        // Then nothing differs
        #expect(memcmp(whole.floats.pointer, parts.floats.pointer, 4 * whole.floats.count) == 0)
        #expect(whole.floats[16] == 0)
        let positive = whole.floats.values.prefix(1000).contains { $0 > 0 }
        #expect(positive)
    }
}
