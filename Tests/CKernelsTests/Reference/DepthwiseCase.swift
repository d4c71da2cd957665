import CKernels

/// One depthwise convolution with random numbers, and the same in plain float64 loops.
struct DepthwiseCase {
    /// Channels and kernel of every part.
    let parts: [(channels: Int, kernel: Int)]
    let stride: Int
    let threads: Int
    let padTop: Int
    let padLeft: Int
    let x: BlockedPictures
    let dy: BlockedPictures
    /// Plain weights of every part.
    let weights: [Floats]
    let packed: Floats
    let blockKernels: UnsafeMutablePointer<Int32>

    /// - Parameter isSame: TensorFlow's padding, else half a kernel on every side.
    init(
        parts: [(channels: Int, kernel: Int)], stride: Int, batch: Int, height: Int, width: Int, lanes: Int, isSame: Bool, threads: Int,
        seed: Int
    ) {
        var random = RandomFloats(seed: seed)
        let kernel = parts.map(\.kernel).max() ?? 1
        func side(_ pixels: Int) -> (out: Int, before: Int) {
            if isSame {
                let out = (pixels + stride - 1) / stride
                return (out, max(0, (out - 1) * stride + kernel - pixels) / 2)
            }
            return ((pixels + kernel / 2 * 2 - kernel) / stride + 1, kernel / 2)
        }
        let channels = parts.reduce(0) { $0 + $1.channels }
        self.parts = parts
        self.stride = stride
        self.threads = threads
        padTop = side(height).before
        padLeft = side(width).before
        x = BlockedPictures(batch: batch, channels: channels, height: height, width: width, lanes: lanes, random: &random)
        dy = BlockedPictures(
            batch: batch, channels: channels, height: side(height).out, width: side(width).out, lanes: lanes, random: &random)
        weights = parts.map { Floats(random.next($0.channels * $0.kernel * $0.kernel)) }
        blockKernels = .allocate(capacity: x.blocks)  // as long as the tests run
        let list = Self.list(parts, weights)
        _ = aliquot_depthwise_block_kernels(list, Int32(parts.count), Int32(lanes), blockKernels)
        packed = Floats(
            count: (0..<x.blocks).reduce(0) { [blockKernels] in $0 + Int(blockKernels[$1] * blockKernels[$1]) } * lanes, filling: .nan)
        aliquot_depthwise_pack(list, Int32(parts.count), Int32(lanes), blockKernels, packed.pointer)
    }

    private static func list(_ parts: [(channels: Int, kernel: Int)], _ weights: [Floats]) -> [aliquot_depthwise_part] {
        zip(parts, weights).map { aliquot_depthwise_part(channels: Int32($0.channels), kernel: Int32($0.kernel), weights: $1.pointer) }
    }

    /// Packed weights as the parts hold them.
    func unpacked(_ packed: Floats) -> [Floats] {
        let weights = weights.map { Floats(count: $0.count, filling: .nan) }
        aliquot_depthwise_unpack(Self.list(parts, weights), Int32(parts.count), Int32(x.lanes), blockKernels, packed.pointer)
        return weights
    }

    var shape: aliquot_depthwise_shape {
        aliquot_depthwise_shape(
            batch: Int32(x.batch), blocks: Int32(x.blocks), width: Int32(x.lanes), in_height: Int32(x.height), in_width: Int32(x.width),
            out_height: Int32(dy.height), out_width: Int32(dy.width), kernel: Int32(parts.map(\.kernel).max() ?? 1), stride: Int32(stride),
            pad_top: Int32(padTop), pad_left: Int32(padLeft), kernels: blockKernels, threads: Int32(threads))
    }

    /// Calls `body` for every product of the convolution: picture, channel, the channel's number in its part, input row and column, kernel element, output pixel.
    private func products(
        _ body: (_ n: Int, _ c: Int, _ part: Int, _ own: Int, _ row: Int, _ column: Int, _ element: Int, _ p: Int) -> Void
    ) {
        let largest = parts.map(\.kernel).max() ?? 1
        for n in 0..<x.batch {
            var c = 0
            for (index, part) in parts.enumerated() {
                let less = (largest - part.kernel) / 2
                for own in 0..<part.channels {
                    for p in 0..<dy.pixels {
                        for e in 0..<part.kernel * part.kernel {
                            let row = p / dy.width * stride - padTop + less + e / part.kernel
                            let column = p % dy.width * stride - padLeft + less + e % part.kernel
                            if row >= 0, column >= 0, row < x.height, column < x.width { body(n, c, index, own, row, column, e, p) }
                        }
                    }
                    c += 1
                }
            }
        }
    }

    /// The convolution, `[n][c][p]`.
    func plainForward() -> [[[Double]]] {
        var y = [[[Double]]](
            repeating: [[Double]](repeating: [Double](repeating: 0, count: dy.pixels), count: x.channels), count: x.batch)
        products { n, c, part, own, row, column, e, p in
            let k = parts[part].kernel
            y[n][c][p] += Double(x[n, c, row * x.width + column]) * Double(weights[part][own * k * k + e])
        }
        return y
    }

    /// The gradient of x, `[n][c][p]`, and that of the weights as the parts hold them.
    func plainBackward() -> (dx: [[[Double]]], dw: [[Double]]) {
        var dx = [[[Double]]](
            repeating: [[Double]](repeating: [Double](repeating: 0, count: x.pixels), count: x.channels), count: x.batch)
        var dw = weights.map { [Double](repeating: 0, count: $0.count) }
        products { n, c, part, own, row, column, e, p in
            let k = parts[part].kernel, g = Double(dy[n, c, p])
            dx[n][c][row * x.width + column] += g * Double(weights[part][own * k * k + e])
            dw[part][own * k * k + e] += g * Double(x[n, c, row * x.width + column])
        }
        return (dx, dw)
    }
}
