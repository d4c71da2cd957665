import CKernels
import Foundation
import Testing

/// Expected numbers: the plain float64 loops of ``DepthwiseCase``.
@Suite("Depthwise convolution on blocked pictures")
struct DepthwiseSpecs {
    /// Every kernel with every stride, both widths of a block, odd sizes, both paddings, 1 to 3 threads.
    static func cases() -> [DepthwiseCase] {
        var cases: [DepthwiseCase] = []
        let sizes = [(1, 1), (5, 7), (14, 14), (10, 19), (23, 17)], channels = [3, 12, 20, 58, 60]
        for lanes in [8, 16] {
            for kernel in 1...11 {
                for stride in 1...3 {
                    let i = kernel + stride * 3 + lanes / 8
                    cases.append(
                        DepthwiseCase(
                            parts: [(channels[i % 5], kernel)], stride: stride, batch: i % 2 == 0 ? 1 : 3, height: sizes[i / 2 % 5].0,
                            width: sizes[i / 2 % 5].1, lanes: lanes, isSame: kernel % 2 == 0 || i % 3 == 0, threads: 1 + i % 3, seed: i))
                }
            }
            for (i, size) in sizes.enumerated() {
                for stride in 1...2 {
                    // MixNet's: the channels of a part end within a block.
                    cases.append(
                        DepthwiseCase(
                            parts: [(20, 3), (20, 5), (12, 7), (7, 9), (3, 11)], stride: stride, batch: 1 + 2 * (i % 2), height: size.0,
                            width: size.1, lanes: lanes, isSame: stride == 2, threads: 1 + i % 3, seed: 100 + i))
                }
            }
        }
        return cases
    }

    @Test("The forward pass adds bias and residual and activates", arguments: PlainActivation.all)
    func forward(activation: PlainActivation) {
        for (i, pass) in Self.cases().enumerated() where activation.kind == ALIQUOT_LINEAR || i % 7 == Int(activation.kind.rawValue) {
            // Given a convolution with a bias and a residual
            var random = RandomFloats(seed: i)
            let bias = pass.dy.parameters { _ in random.next() }, residual = pass.dy.alike(random: &random), y = pass.dy.alike()
            // When it runs
            var job = aliquot_depthwise_forward(
                shape: pass.shape, x: pass.x.floats.pointer, weights: pass.packed.pointer, bias: bias.pointer,
                residual: residual.floats.pointer, y: y.floats.pointer, activation: activation.kind)
            aliquot_depthwise_forward_run(&job)
            // Then it equals the plain loops
            let expected = pass.plainForward()
            let distance = y.distance(behind: activation.ofZero) { n, c, p in
                activation(expected[n][c][p] + Double(bias[c]) + Double(residual[n, c, p]))
            }
            #expect(distance < 3e-5, "case \(i)")
        }
    }

    @Test("Without bias and residual the forward pass is the convolution alone")
    func forwardAlone() {
        for (i, pass) in Self.cases().enumerated() {
            let y = pass.dy.alike()
            var job = aliquot_depthwise_forward(
                shape: pass.shape, x: pass.x.floats.pointer, weights: pass.packed.pointer, bias: nil, residual: nil, y: y.floats.pointer,
                activation: ALIQUOT_LINEAR)
            aliquot_depthwise_forward_run(&job)
            let expected = pass.plainForward()
            #expect(y.distance { n, c, p in expected[n][c][p] } < 3e-5, "case \(i)")
        }
    }

    @Test("The gradient of the data is written, or added to what is there", arguments: [0, 1])
    func backwardData(accumulate: Int32) {
        for (i, pass) in Self.cases().enumerated() {
            // Given a gradient of the result, and something in the memory of the other gradient
            var random = RandomFloats(seed: i)
            let there = pass.x.alike(random: &random), dx = accumulate == 0 ? pass.x.alike() : pass.x.alike(filling: 0)
            if accumulate != 0 { for j in 0..<dx.floats.count { dx.floats[j] = there.floats[j] } }
            // When it goes back
            var job = aliquot_depthwise_backward_data(
                shape: pass.shape, dy: pass.dy.floats.pointer, weights: pass.packed.pointer, dx: dx.floats.pointer, accumulate: accumulate)
            aliquot_depthwise_backward_data_run(&job)
            // Then every pixel has the sum over the windows that saw it
            let expected = pass.plainBackward().dx
            #expect(dx.distance { n, c, p in expected[n][c][p] + (accumulate == 0 ? 0 : Double(there[n, c, p])) } < 3e-5, "case \(i)")
        }
    }

    @Test("The gradient of the weights, and the same to the bit when repeated")
    func backwardWeights() {
        for (i, pass) in Self.cases().enumerated() {
            let dw = Floats(count: pass.packed.count, filling: 77), again = Floats(count: pass.packed.count, filling: 78)
            for result in [dw, again] {
                var shape = pass.shape
                let partials = Floats(count: Int(aliquot_depthwise_partials(&shape)), filling: .nan)
                var job = aliquot_depthwise_backward_weights(
                    shape: shape, x: pass.x.floats.pointer, dy: pass.dy.floats.pointer, dweights: result.pointer, partials: partials.pointer
                )
                aliquot_depthwise_backward_weights_run(&job)
            }
            let expected = pass.plainBackward().dw
            for (own, plain) in zip(pass.unpacked(dw), expected) { #expect(own.distance(plain) < 1e-5, "case \(i)") }
            #expect(dw.values == again.values)
        }
    }

    @Test("Unpacking returns what was packed")
    func packing() {
        for pass in Self.cases() {
            for (own, packed) in zip(pass.weights, pass.unpacked(pass.packed)) { #expect(own.values == packed.values) }
        }
    }

    @Test("Results that are stored past the caches are the same")
    func streaming() {
        // Given 12 pictures that exceed the last cache
        let x = BlockedPictures(batch: 12, channels: 32, height: 112, width: 112, lanes: 16, filling: 1), whole = x.alike(),
            parts = x.alike()
        aliquot_dropout(x.floats.pointer, x.floats.pointer, Int64(x.floats.count), 0.5, 3)
        var random = RandomFloats(seed: 1)
        let weights = Floats(random.next(2 * 9 * 16))
        func shape(_ batch: Int) -> aliquot_depthwise_shape {
            aliquot_depthwise_shape(
                batch: Int32(batch), blocks: 2, width: 16, in_height: 112, in_width: 112, out_height: 112, out_width: 112, kernel: 3,
                stride: 1,
                pad_top: 1, pad_left: 1, kernels: nil, threads: 2)
        }
        for isForward in [true, false] {
            // When all go through at once, and one by one
            for (y, batch) in [(whole, 12), (parts, 1)] {
                for n in stride(from: 0, to: 12, by: batch) {
                    let from = x.floats.pointer + n * 32 * 112 * 112, to = y.floats.pointer + n * 32 * 112 * 112
                    if isForward {
                        var job = aliquot_depthwise_forward(
                            shape: shape(batch), x: from, weights: weights.pointer, bias: nil, residual: nil, y: to,
                            activation: ALIQUOT_RELU)
                        aliquot_depthwise_forward_run(&job)
                    } else {
                        var job = aliquot_depthwise_backward_data(
                            shape: shape(batch), dy: from, weights: weights.pointer, dx: to, accumulate: 0)
                        aliquot_depthwise_backward_data_run(&job)
                    }
                }
            }
            // Then nothing differs
            #expect(memcmp(whole.floats.pointer, parts.floats.pointer, 4 * whole.floats.count) == 0)
            #expect(whole.floats.values.prefix(1000).contains { $0 != 0 })
        }
    }
}
