import CKernels
import Testing

@Suite("8-bit 3×3 convolutions by Winograd's filtering", .enabled(if: aliquot_has_int8_pairs() != 0))
struct Int8WinogradSpecs {
    struct Case: Sendable, CustomTestStringConvertible {
        var height = 12, width = 12, channels = 32, outputs = 32, padding = 1, batch = 1
        var isSigned = false
        var threads: Int32 = 1
        var hasResidual = false

        var outHeight: Int { height + 2 * padding - 2 }
        var outWidth: Int { width + 2 * padding - 2 }
        var testDescription: String {
            "\(batch) × \(height) × \(width), \(channels) to \(outputs), padding \(padding)"
                + "\(isSigned ? ", signed" : "")\(hasResidual ? ", residual" : ""), \(threads) threads"
        }
    }

    static let cases: [Case] = [
        Case(), Case(isSigned: true), Case(height: 9, width: 14), Case(channels: 20, outputs: 40, padding: 0),
        Case(height: 6, width: 7, channels: 160, outputs: 24, hasResidual: true),
        Case(height: 5, width: 5, channels: 300, outputs: 33, isSigned: true, hasResidual: true),
        Case(height: 13, width: 21, channels: 17, outputs: 65, batch: 3, threads: 2),
    ]

    @Test("are the rounded sums of plain whole numbers, one in thirty a level off at most", arguments: cases)
    func isCloseToPlainLoops(_ one: Case) {
        var numbers = RandomFloats(seed: 11)
        let weights = numbers.next(one.outputs * one.channels * 9).map { Int8(($0 * 127.49).rounded()) }
        let picture = numbers.next(one.batch * one.height * one.width * one.channels).map { UInt8(($0 + 1) * 128) }
        // As large as leaves the levels of most results within the bounds.
        let off = levelsOff(one, weights, picture, scale: one.isSigned ? 1.0 / 8192 : 1.0 / 16384)
        #expect(off.most <= 1)
        #expect(off.count * 30 <= off.results)
    }

    @Test(
        "hold the largest sums there can be: all weights at their bound, or bound after bound, and all inputs at theirs",
        arguments: [false, true], [[127], [-127], [127, -127], [127, 127, -127, -127], [127, 127, 127, 0, -127]])
    func holdsTheLargest(isSigned: Bool, pattern: [Int8]) {
        let one = Case(channels: 256, outputs: 24, isSigned: isSigned)
        let weights = (0..<(one.outputs * one.channels * 9)).map { pattern[$0 % pattern.count] }
        for value: UInt8 in isSigned ? [127, 128] : [255] {
            let picture = [UInt8](repeating: value, count: one.height * one.width * one.channels)
            #expect(levelsOff(one, weights, picture, scale: 1.0 / 600_000).most <= 1)
        }
    }

    /// How many results differ from what whole numbers lead to, and by how many levels at most.
    private func levelsOff(_ one: Case, _ weights: [Int8], _ picture: [UInt8], scale: Float) -> (results: Int, count: Int, most: Int) {
        let channels = Int32(one.channels), outputs = Int32(one.outputs)
        let packed = Kept([Int16](repeating: 0, count: Int(aliquot_int8_winograd_weights(channels, outputs))))
        let scales = Kept([Float](repeating: 0, count: Int(aliquot_int8_winograd_scales(outputs))))
        var transformed = [Double](repeating: 0, count: one.channels * 36)
        aliquot_int8_winograd_pack(channels, outputs, weights, &transformed, packed.pointer, scales.pointer)
        for place in 0..<scales.count { scales.pointer[place] *= scale }
        let bias = Kept((0..<(one.outputs + 31)).map { Float($0 % 5) * 8 })
        let residual = Kept((0..<(one.batch * one.outHeight * one.outWidth * one.outputs)).map { UInt8($0 * 7 % 256) })
        let x = Kept(picture + [UInt8](repeating: 99, count: 64)), y = Kept([UInt8](repeating: 0, count: residual.count))
        withExtendedLifetime((packed, scales, bias, residual, x)) {
            var job = aliquot_int8_winograd(
                batch: Int32(one.batch), channels: channels, in_height: Int32(one.height), in_width: Int32(one.width), outputs: outputs,
                out_height: Int32(one.outHeight), out_width: Int32(one.outWidth), pad_top: Int32(one.padding), pad_left: Int32(one.padding),
                x_signed: one.isSigned ? 1 : 0, threads: one.threads, x: x.pointer, weights: packed.pointer, scales: scales.pointer,
                scratch: nil, y: y.pointer,
                finish: aliquot_int8_finish(
                    scales: nil, bias: bias.pointer, residual: one.hasResidual ? UnsafeRawPointer(residual.pointer) : nil,
                    residual_scale: 0.5, factor: 1, residual_signed: 0, y_signed: one.isSigned ? 1 : 0, activation: ALIQUOT_LINEAR))
            let scratch = Kept([UInt8](repeating: 77, count: Int(aliquot_int8_winograd_scratch(&job))))
            job.scratch = UnsafeMutableRawPointer(scratch.pointer)
            withExtendedLifetime(scratch) { aliquot_int8_winograd_run(&job) }
        }
        var (count, most) = (0, 0)
        for place in 0..<y.count {
            let (o, pixel) = (place % one.outputs, place / one.outputs), area = one.outHeight * one.outWidth
            let (n, row, column) = (pixel / area, pixel % area / one.outWidth, pixel % one.outWidth)
            var sum = 0
            for i in 0..<3 {
                for j in 0..<3 {
                    let (a, b) = (row + i - one.padding, column + j - one.padding)
                    guard (0..<one.height).contains(a), (0..<one.width).contains(b) else { continue }
                    for c in 0..<one.channels {
                        let byte = picture[((n * one.height + a) * one.width + b) * one.channels + c]
                        sum +=
                            (one.isSigned ? Int(Int8(bitPattern: byte)) : Int(byte))
                            * Int(weights[((o * one.channels + c) * 3 + i) * 3 + j])
                    }
                }
            }
            let value = Float(sum) * scale + Float(o % 5) * 8 + (one.hasResidual ? Float(residual.pointer[place]) * 0.5 : 0)
            let level = Int(value.rounded(.toNearestOrEven)), q = y.pointer[place]
            let expected = one.isSigned ? min(max(level, -128), 127) : min(max(level, 0), 255)
            let off = abs((one.isSigned ? Int(Int8(bitPattern: q)) : Int(q)) - expected)
            if off > 0 { count += 1 }
            most = max(most, off)
        }
        return (y.count, count, most)
    }
}
