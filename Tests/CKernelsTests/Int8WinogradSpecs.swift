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

    @Test("hold both ends of what a place's sum can come to", arguments: 0..<36, [false, true])
    func holdsBothEnds(place: Int, isSigned: Bool) {
        // Given a tile that is bright where the place's combination of inputs (rows of Bᵀ) is positive and dark elsewhere, then the other way around; and weights at
        // their bounds with the signs of the place's combination of weights (rows of G), the same for all channels
        let inputs = [
            [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ]
        let kernels = [[1, 0, 0], [-1, -1, -1], [-1, 1, -1], [1, 2, 4], [1, -2, 4], [0, 0, 1]]
        let (row, column) = (place / 6, place % 6), (bright, dark): (UInt8, UInt8) = isSigned ? (127, 128) : (255, 0)
        let one = Case(height: 6, width: 6, channels: 256, outputs: 24, padding: 0, batch: 2, isSigned: isSigned)
        let weights = (0..<(one.outputs * one.channels * 9)).map {
            Int8(127 * (kernels[row][$0 % 9 / 3] * kernels[column][$0 % 3]).signum())
        }
        let picture = (0..<(2 * 36 * one.channels)).map {
            let pixel = $0 / one.channels % 36
            return (inputs[row][pixel / 6] * inputs[column][pixel % 6] > 0) == ($0 < 36 * one.channels) ? bright : dark
        }
        // Then the results are right, at a scale at which they lie within their bounds
        #expect(levelsOff(one, weights, picture, scale: 1.0 / 600_000).most <= 1)
    }

    /// How many results differ from what whole numbers lead to, and by how many levels at most.
    private func levelsOff(_ one: Case, _ weights: [Int8], _ picture: [UInt8], scale: Float) -> (results: Int, count: Int, most: Int) {
        let channels = Int32(one.channels), outputs = Int32(one.outputs)
        let packed = Kept([Int16](repeating: 0, count: Int(aliquot_int8_winograd_weight_count(channels, outputs))))
        let scales = Kept([Float](repeating: 0, count: Int(aliquot_int8_winograd_unit_count(outputs))))
        var transformed = [Double](repeating: 0, count: one.channels * 36)
        aliquot_int8_winograd_pack(channels, outputs, weights, &transformed, packed.pointer, scales.pointer)
        for place in 0..<scales.count { scales.pointer[place] *= scale }
        let bias = Kept((0..<((one.outputs + 15) / 16 * 16)).map { Float($0 % 5) * 8 })
        let residual = Kept((0..<(one.batch * one.outHeight * one.outWidth * one.outputs)).map { UInt8($0 * 7 % 256) })
        let x = Kept(picture + [UInt8](repeating: 99, count: 64)), y = Kept([UInt8](repeating: 0, count: residual.count))
        withExtendedLifetime((packed, scales, bias, residual, x)) {
            var job = aliquot_int8_winograd(
                batch: Int32(one.batch), channels: channels, in_height: Int32(one.height), in_width: Int32(one.width), outputs: outputs,
                out_height: Int32(one.outHeight), out_width: Int32(one.outWidth), pad_top: Int32(one.padding), pad_left: Int32(one.padding),
                x_signed: one.isSigned ? 1 : 0, threads: one.threads, x: x.pointer, weights: packed.pointer, scratch: nil, y: y.pointer,
                finish: aliquot_int8_finish(
                    scales: scales.pointer, bias: bias.pointer, residual: one.hasResidual ? UnsafeRawPointer(residual.pointer) : nil,
                    residual_scale: 0.5, factor: 1, residual_signed: 0, y_signed: one.isSigned ? 1 : 0, activation: ALIQUOT_LINEAR))
            let scratch = Kept([UInt8](repeating: 77, count: Int(aliquot_int8_winograd_scratch(&job))))
            job.scratch = UnsafeMutableRawPointer(scratch.pointer)
            withExtendedLifetime(scratch) { aliquot_int8_winograd_run(&job) }
        }
        let plain = PlainInt8Convolution(
            batch: one.batch, height: one.height, width: one.width, channels: one.channels, kernel: 3, padding: one.padding,
            isSigned: one.isSigned)
        var (count, most) = (0, 0)
        for place in 0..<y.count {
            let (o, pixel) = (place % one.outputs, place / one.outputs)
            let sum = plain.sum(pixel, of: picture, over: 0..<one.channels) { weights[((o * one.channels + $0) * 3 + $1) * 3 + $2] }
            let value = Float(sum) * scale + Float(o % 5) * 8 + (one.hasResidual ? Float(residual.pointer[place]) * 0.5 : 0)
            let off = abs(number(y.pointer[place], one.isSigned) - level(value, one.isSigned))
            if off > 0 { count += 1 }
            most = max(most, off)
        }
        return (y.count, count, most)
    }
}
