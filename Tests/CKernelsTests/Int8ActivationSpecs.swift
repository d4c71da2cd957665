import CKernels
import Foundation
import Testing

@Suite("Activations behind 8-bit convolutions", .enabled(if: aliquot_has_int8_pairs() != 0 || aliquot_has_int8_convolutions() != 0))
struct Int8ActivationSpecs {
    @Test("are a twentieth of a level off at most, before they are rounded", arguments: PlainActivation.all, [false, true])
    func areExactEnough(activation: PlainActivation, isSigned: Bool) {
        // Given a picture of every byte, -128 to 127, and channels that scale it by 1/64 to 256, with factors that make 8 bits of the activation's 0...1,
        // 0...2 and so on
        let channels = 128, scales = Kept((0..<channels).map { exp2(Float($0) / 9) / 64 }),
            bias = Kept([Float](repeating: 0, count: channels))
        let x = Kept((0..<(256 * channels)).map { UInt8($0 / channels) } + [UInt8](repeating: 0, count: 64))
        let y = Kept([UInt8](repeating: 0, count: 256 * channels))
        for top in [1, 2, 4, 8] as [Float] {
            let factor = (isSigned ? 127 : 255) / top

            // When a convolution that leaves each channel as it is applies the activation
            var bytes: Int64 = 0
            let count = aliquot_int8_depthwise_chunks(1, [Int32(channels)], [1], nil, &bytes)
            let chunks = Kept([aliquot_int8_chunk](repeating: aliquot_int8_chunk(), count: Int(count)))
            aliquot_int8_depthwise_chunks(1, [Int32(channels)], [1], chunks.pointer, &bytes)
            let packed = Kept([Int8](repeating: 0, count: Int(bytes)))
            for index in 0..<Int(count) {
                let chunk = chunks.pointer + index
                var sums = [Int32](repeating: 0, count: 16)
                aliquot_int8_depthwise_pack(chunk, [Int8](repeating: 1, count: 16), packed.pointer + Int(chunk.pointee.weights), &sums)
                for (c, sum) in zip(Int(chunk.pointee.channel)..<channels, sums) { bias.pointer[c] = -128 * Float(sum) * scales.pointer[c] }
            }
            withExtendedLifetime((chunks, packed, scales, bias, x)) {
                var job = aliquot_int8_depthwise(
                    batch: 1, channels: Int32(channels), in_height: 16, in_width: 16, out_height: 16, out_width: 16, stride: 1, kernel: 1,
                    pad_top: 0,
                    pad_left: 0, x_signed: 1, chunk_count: count, threads: 1, chunks: chunks.pointer, x: x.pointer, weights: packed.pointer,
                    y: y.pointer,
                    finish: aliquot_int8_finish(
                        scales: scales.pointer, bias: bias.pointer, residual: nil, residual_scale: 0, factor: factor, residual_signed: 0,
                        y_signed: isSigned ? 1 : 0, activation: activation.kind))
                aliquot_int8_depthwise_run(&job)
            }

            // Then every result is the nearest level to the activation in float64, or the other one where that lies between two
            let worst =
                (0..<y.count).map { index in
                    let value = activation(Double(Int8(bitPattern: UInt8(index / channels))) * Double(scales.pointer[index % channels]))
                    let exact = min(max(value * factorOf(activation, Double(factor)), isSigned ? -128 : 0), isSigned ? 127 : 255)
                    return abs(Double(number(y.pointer[index], isSigned)) - exact)
                }.max() ?? 1
            #expect(worst < 0.55)
        }
    }

    /// Nothing is multiplied behind a linear one: its scales and bias hold the factor.
    private func factorOf(_ activation: PlainActivation, _ factor: Double) -> Double { activation.kind == ALIQUOT_LINEAR ? 1 : factor }
}
