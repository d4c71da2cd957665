import CKernels
import Testing

@Suite("8-bit dense convolutions whose products are summed in 16 bits", .enabled(if: aliquot_has_int8_pairs() != 0))
struct PairsSpecs {
    struct Case: Sendable, CustomTestStringConvertible {
        var side = 9, channels = 20, outputs = 20, kernel = 3, stride = 1, padding = 1, batch = 1
        var isSigned = false
        var threads: Int32 = 1
        var hasResidual = false

        var outSide: Int { (side + 2 * padding - kernel) / stride + 1 }
        var testDescription: String {
            "\(batch) × \(side)², \(channels) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding)\(isSigned ? ", signed" : "")\(hasResidual ? ", residual" : ""), \(threads) threads"
        }
    }

    static let cases: [Case] = [
        Case(), Case(isSigned: true), Case(stride: 2), Case(side: 10, stride: 2, padding: 0),
        Case(side: 12, channels: 3, kernel: 7, stride: 2, padding: 3),
        Case(channels: 64, outputs: 48, kernel: 1, padding: 0), Case(channels: 30, outputs: 7, kernel: 1, padding: 0, isSigned: true),
        Case(side: 2, channels: 40, kernel: 1, padding: 0),
        Case(side: 8, channels: 17, kernel: 1, stride: 2, padding: 0, hasResidual: true),
        Case(outputs: 33, batch: 3, threads: 2), Case(outputs: 64, isSigned: true, threads: 2, hasResidual: true),
    ]

    @Test("equal the sums of plain whole numbers, rounded half to even", arguments: cases)
    func equalsPlainLoops(_ one: Case) {
        var numbers = RandomFloats(seed: 42)
        let weights = numbers.next(one.outputs * one.channels * one.kernel * one.kernel).map { Int8(($0 * 63.49).rounded()) }
        let picture = numbers.next(one.batch * one.side * one.side * one.channels).map { UInt8(($0 + 1) * 128) }
        compare(one, weights, picture)
    }

    @Test(
        "hold the largest sums there can be: all weights at their bound, or bound after bound, and all inputs at theirs",
        arguments: [false, true], [[63], [-63], [63, -63], [63, 63, -63, -63], [63, 63, 63, 0, -63]])
    func holdsTheLargest(isSigned: Bool, pattern: [Int8]) {
        let one = Case(isSigned: isSigned)
        let weights = (0..<(one.outputs * one.channels * one.kernel * one.kernel)).map { pattern[$0 % pattern.count] }
        // 255; signed, what goes in as 255 and as 0.
        for value: UInt8 in isSigned ? [127, 128] : [255] {
            compare(one, weights, [UInt8](repeating: value, count: one.side * one.side * one.channels))
        }
    }

    @Test("hold both ends of what runs of weights can come to", arguments: [false, true])
    func holdsBothEnds(isSigned: Bool) {
        // Given weights at their bounds, the same for all outputs, and pixels that are bright where they are positive and dark elsewhere, and the other way around
        var numbers = RandomFloats(seed: 5)
        let one = Case(side: 3, channels: 96, kernel: 1, padding: 0, isSigned: isSigned)
        let signs = numbers.next(one.channels).map { $0 > 0 }, (bright, dark): (UInt8, UInt8) = isSigned ? (127, 128) : (255, 0)
        let weights = (0..<(one.outputs * one.channels)).map { signs[$0 % one.channels] ? Int8(63) : -63 }
        let picture = (0..<(one.side * one.side * one.channels)).map {
            signs[$0 % one.channels] == ($0 / one.channels % 2 == 0) ? bright : dark
        }
        compare(one, weights, picture)
    }

    @Test("leave alone what lies outside of a picture that is smaller than its padding")
    func staysInside() {
        let one = Case(side: 1, channels: 16, kernel: 1, stride: 5, padding: 2)
        compare(one, [Int8](repeating: 7, count: one.outputs * one.channels), [UInt8](repeating: 9, count: one.channels))
    }

    @Test("refuse weights of which two exceed 16 bits")
    func refusesWideWeights() {
        var set = aliquot_int8_pairs_set(first_output: 0, outputs: 1, runs: (0, 0, 0, 0, 0, 0), steps: 0, blocks: 0)
        var offsets: [Int32] = [0], blocks = [Int8](repeating: 0, count: 64), sums = [Int32](repeating: 0, count: 16)
        var starts = sums
        #expect(aliquot_int8_pairs_pack(1, 4, 1, 0, 4, [64, 64, 0, 0], &set, &offsets, &blocks, &starts, &sums) != 0)
        #expect(aliquot_int8_pairs_pack(1, 4, 1, 0, 4, [64, 65, 0, 0], &set, &offsets, &blocks, &starts, &sums) == 0)
        #expect(aliquot_int8_pairs_pack(1, 4, 1, 0, 4, [0, 0, -127, -2], &set, &offsets, &blocks, &starts, &sums) == 0)
    }

    private func compare(_ one: Case, _ weights: [Int8], _ picture: [UInt8]) {
        let (k, c, out) = (one.kernel, one.channels, one.outSide)
        let seen = (out - 1) * one.stride + k, isPadded = one.padding > 0 || seen > one.side
        let width = isPadded ? seen : one.side
        let steps = Int(aliquot_int8_pairs_steps(Int32(k), Int32(c), Int32(c))), setCount = (one.outputs + 15) / 16
        var sets: [aliquot_int8_pairs_set] = []
        let offsets = Kept([Int32](repeating: 0, count: steps * setCount)), sums = Kept([Int32](repeating: 0, count: setCount * 16))
        let most = Int(aliquot_int8_pairs_most_blocks(Int64(steps)))
        let blocks = Kept([Int8](repeating: 0, count: most * setCount * 64)), starts = Kept([Int32](repeating: 0, count: setCount * 16))
        for set in 0..<setCount {
            var one16 = aliquot_int8_pairs_set(
                first_output: Int32(set * 16), outputs: Int32(min(16, one.outputs - set * 16)), runs: (0, 0, 0, 0, 0, 0),
                steps: Int64(set * steps), blocks: Int64(set * most))
            let plain = Array(weights[(set * 16 * c * k * k)...])
            #expect(
                aliquot_int8_pairs_pack(
                    Int32(k), Int32(c), Int32(width), 0, Int32(c), plain, &one16, offsets.pointer + set * steps,
                    blocks.pointer + set * most * 64, starts.pointer + set * 16, sums.pointer + set * 16) != 0)
            sets.append(one16)
        }
        // A power of two: what is expected is exact in float.
        let scale: Float = 1.0 / 16384
        let bias = Kept((0..<(setCount * 16)).map { Float($0 % 5) * 8 - (one.isSigned ? 128 * Float(sums.pointer[$0]) * scale : 0) })
        let scales = Kept([Float](repeating: scale, count: setCount * 16)), table = Kept(sets)
        let residual = Kept((0..<(one.batch * out * out * one.outputs)).map { UInt8($0 * 7 % 256) })
        let x = Kept(picture + [UInt8](repeating: 99, count: 64))
        let padded = Kept([UInt8](repeating: 77, count: one.batch * (isPadded ? seen * seen : one.side * one.side) * c + 64))
        let y = Kept([UInt8](repeating: 0, count: residual.count))
        withExtendedLifetime((offsets, blocks, starts, bias, scales, table, x, padded)) {
            var job = aliquot_int8_pairs(
                batch: Int32(one.batch), channels: Int32(c), in_height: Int32(one.side), in_width: Int32(one.side), out_height: Int32(out),
                out_width: Int32(out), stride: Int32(one.stride), kernel: Int32(k), pad_top: Int32(one.padding),
                pad_left: Int32(one.padding),
                padded_height: Int32(isPadded ? seen : one.side), padded_width: Int32(width), outputs: Int32(one.outputs),
                x_signed: one.isSigned ? 1 : 0, set_count: Int32(setCount), threads: one.threads, sets: table.pointer,
                offsets: offsets.pointer,
                blocks: blocks.pointer, starts: starts.pointer, x: x.pointer,
                padded: isPadded || one.isSigned ? UnsafeMutableRawPointer(padded.pointer) : nil,
                y: y.pointer,
                finish: aliquot_int8_finish(
                    scales: scales.pointer, bias: bias.pointer, residual: one.hasResidual ? UnsafeRawPointer(residual.pointer) : nil,
                    residual_scale: 0.5, factor: 1, residual_signed: 0, y_signed: one.isSigned ? 1 : 0, activation: ALIQUOT_LINEAR))
            aliquot_int8_pairs_run(&job)
        }
        let plain = PlainInt8Convolution(
            batch: one.batch, height: one.side, width: one.side, channels: c, kernel: k, stride: one.stride, padding: one.padding,
            isSigned: one.isSigned)
        var wrong = 0
        for place in 0..<y.count {
            let (o, pixel) = (place % one.outputs, place / one.outputs)
            let sum = plain.sum(pixel, of: picture, over: 0..<c) { weights[((o * c + $0) * k + $1) * k + $2] }
            let value = Float(sum) * scale + Float(o % 5) * 8 + (one.hasResidual ? Float(residual.pointer[place]) * 0.5 : 0)
            if number(y.pointer[place], one.isSigned) != level(value, one.isSigned) { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
