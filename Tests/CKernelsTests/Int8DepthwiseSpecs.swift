import CKernels
import Testing

@Suite("8-bit depthwise convolutions", .enabled(if: aliquot_has_int8_pairs() != 0 || aliquot_has_int8_convolutions() != 0))
struct Int8DepthwiseSpecs {
    /// Parts side by side, each with its own kernel.
    struct Case: Sendable, CustomTestStringConvertible {
        var side = 9, channels = [32], kernels = [3], stride = 1, batch = 1
        /// Pixels around a picture; nil for what keeps its size.
        var around: Int?
        var isSigned = false
        var threads: Int32 = 1
        var hasResidual = false

        var all: Int { channels.reduce(0, +) }
        var largest: Int { kernels.max() ?? 1 }
        var padding: Int { around ?? largest / 2 }
        var outSide: Int { (side + 2 * padding - largest) / stride + 1 }
        var testDescription: String {
            "\(batch) × \(side)², \(channels) channels, kernels \(kernels), stride \(stride)"
                + "\(isSigned ? ", signed" : "")\(hasResidual ? ", residual" : ""), \(threads) threads"
        }
    }

    static let cases: [Case] = [
        Case(), Case(isSigned: true), Case(stride: 2), Case(side: 8, stride: 2, isSigned: true), Case(side: 1),
        Case(side: 2, channels: [7]),
        Case(side: 70, channels: [16]), Case(side: 131, channels: [16], stride: 2), Case(channels: [20], hasResidual: true),
        Case(side: 7, channels: [40], kernels: [5], batch: 3, threads: 2), Case(side: 12, kernels: [5], stride: 2),
        Case(side: 14, channels: [24, 16, 9], kernels: [3, 5, 7]), Case(side: 17, stride: 2, around: 17),
        Case(side: 107, channels: [256], stride: 2, around: 4),
        Case(side: 15, channels: [16, 16, 16], kernels: [7, 9, 11], stride: 2, threads: 2),
    ]

    @Test("equal the sums of plain whole numbers, rounded half to even", arguments: cases)
    func equalsPlainLoops(_ one: Case) {
        var numbers = RandomFloats(seed: 7)
        let weights = zip(one.channels, one.kernels).map { numbers.next($0 * $1 * $1).map { Int8(($0 * 63.49).rounded()) } }
        compare(one, weights, numbers.next(one.batch * one.side * one.side * one.all).map { UInt8(($0 + 1) * 128) })
    }

    @Test("hold both ends of what runs of weights can come to", arguments: [3, 5, 7, 11], [false, true])
    func holdsBothEnds(kernel: Int, isSigned: Bool) {
        // Given weights at their bounds, and pictures of one result that are bright where they are positive and dark elsewhere, and the other way around
        var numbers = RandomFloats(seed: 9)
        let one = Case(side: kernel, channels: [32], kernels: [kernel], batch: 2, around: 0, isSigned: isSigned)
        let area = kernel * kernel, (bright, dark): (UInt8, UInt8) = isSigned ? (127, 128) : (255, 0)
        let weights = numbers.next(32 * area).map { $0 > 0 ? Int8(63) : -63 }
        let picture = (0..<(2 * area * 32)).map { (weights[$0 % 32 * area + $0 / 32 % area] > 0) == ($0 < area * 32) ? bright : dark }
        // Then, at a scale at which all results lie within their bounds
        compare(one, [weights], picture, scale: 1.0 / 16384)
    }

    private func compare(_ one: Case, _ weights: [[Int8]], _ picture: [UInt8], scale: Float = 1.0 / 256) {
        var bytes: Int64 = 0
        let channels = one.channels.map { Int32($0) }, kernels = one.kernels.map { Int32($0) }
        let count = aliquot_int8_depthwise_chunks(Int32(channels.count), channels, kernels, nil, &bytes)
        let chunks = Kept([aliquot_int8_chunk](repeating: aliquot_int8_chunk(), count: Int(count)))
        aliquot_int8_depthwise_chunks(Int32(channels.count), channels, kernels, chunks.pointer, &bytes)
        let packed = Kept([Int8](repeating: 0, count: Int(bytes)))
        // The scale is a power of two: what is expected is exact in float.
        let scales = Kept([Float](repeating: scale, count: Int(count) * 16)), bias = Kept([Float](repeating: 0, count: Int(count) * 16))
        /// The part of a channel, and its place in it.
        func part(_ channel: Int) -> (index: Int, channel: Int) {
            var left = channel
            for (index, channels) in one.channels.enumerated() {
                if left < channels { return (index, left) }
                left -= channels
            }
            return (0, 0)
        }
        for index in 0..<Int(count) {
            let chunk = chunks.pointer[index], place = part(Int(chunk.channel)), area = Int(chunk.kernel * chunk.kernel)
            var sums = [Int32](repeating: 0, count: 16)
            aliquot_int8_depthwise_pack(
                chunks.pointer + index, Array(weights[place.index][(place.channel * area)...]), packed.pointer + Int(chunk.weights), &sums)
            for lane in 0..<16 {
                bias.pointer[index * 16 + lane] =
                    Float((Int(chunk.channel) + lane) % 5) * 8 - (one.isSigned ? 128 * Float(sums[lane]) * scale : 0)
            }
        }
        let out = one.outSide, residual = Kept((0..<(one.batch * out * out * one.all)).map { UInt8($0 * 7 % 256) })
        let x = Kept(picture + [UInt8](repeating: 99, count: 64)), y = Kept([UInt8](repeating: 0, count: residual.count))
        withExtendedLifetime((chunks, packed, scales, bias, residual, x)) {
            var job = aliquot_int8_depthwise(
                batch: Int32(one.batch), channels: Int32(one.all), in_height: Int32(one.side), in_width: Int32(one.side),
                out_height: Int32(out),
                out_width: Int32(out), stride: Int32(one.stride), kernel: Int32(one.largest), pad_top: Int32(one.padding),
                pad_left: Int32(one.padding), x_signed: one.isSigned ? 1 : 0, chunk_count: count, threads: one.threads,
                chunks: chunks.pointer,
                x: x.pointer, weights: packed.pointer, y: y.pointer,
                finish: aliquot_int8_finish(
                    scales: scales.pointer, bias: bias.pointer, residual: one.hasResidual ? UnsafeRawPointer(residual.pointer) : nil,
                    residual_scale: 0.5, factor: 1, residual_signed: 0, y_signed: one.isSigned ? 1 : 0, activation: ALIQUOT_LINEAR))
            aliquot_int8_depthwise_run(&job)
        }
        var wrong = 0
        for index in 0..<y.count {
            let (channel, pixel) = (index % one.all, index / one.all), (part, own) = part(channel), k = one.kernels[part]
            let plain = PlainInt8Convolution(
                batch: one.batch, height: one.side, width: one.side, channels: one.all, kernel: k, stride: one.stride,
                padding: one.padding - (one.largest - k) / 2, isSigned: one.isSigned)
            let sum = plain.sum(pixel, of: picture, over: channel..<(channel + 1)) { weights[part][(own * k + $1) * k + $2] }
            let value = Float(sum) * scale + Float(channel % 5) * 8 + (one.hasResidual ? Float(residual.pointer[index]) * 0.5 : 0)
            if number(y.pointer[index], one.isSigned) != level(value, one.isSigned) { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
