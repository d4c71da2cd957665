import Engine

/// A convolution by its definition. `first` is the first of the input's channels that it reads, `firstOutput` the first of the output's that it writes.
struct ReferenceConvolution {
    let convolution: Convolution
    let first: Int
    let firstOutput: Int

    /// Calls `body` for each output channel, channel it reads, and kernel element, with the ranges of output rows and columns for which that element lies on the picture.
    private func taps(
        _ input: Planes, _ output: Planes,
        _ body: (_ out: Int, _ from: Int, _ weight: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ top: Int, _ left: Int) -> Void
    ) {
        let c = convolution
        let (inputs, outputs) = (c.inputs / c.groups, c.outputs / c.groups)
        let padTop = c.padding.pixels(side: input.height, kernel: c.kernel, stride: c.stride).before
        let padLeft = c.padding.pixels(side: input.width, kernel: c.kernel, stride: c.stride).before
        func range(_ count: Int, _ side: Int, _ offset: Int) -> Range<Int> {
            let inside = (0..<count).filter { (0..<side).contains($0 * c.stride + offset) }
            guard let low = inside.first, let high = inside.last else { return 0..<0 }
            return low..<high + 1
        }
        let rows = (0..<c.kernel).map { range(output.height, input.height, $0 - padTop) }
        let columns = (0..<c.kernel).map { range(output.width, input.width, $0 - padLeft) }
        for out in 0..<c.outputs {
            for i in 0..<inputs {
                for ky in 0..<c.kernel {
                    for kx in 0..<c.kernel where !rows[ky].isEmpty && !columns[kx].isEmpty {
                        body(
                            firstOutput + out, first + out / outputs * inputs + i, ((out * inputs + i) * c.kernel + ky) * c.kernel + kx,
                            rows[ky], columns[kx], ky - padTop, kx - padLeft)
                    }
                }
            }
        }
    }

    func forward(_ x: Planes, weight: [Double], bias: [Double]?, into y: inout Planes) {
        let stride = convolution.stride, (width, outWidth) = (x.width, y.width)
        if let bias {
            for picture in 0..<y.batch {
                for out in 0..<convolution.outputs {
                    let start = y.start(picture, firstOutput + out)
                    for index in start..<start + y.area { y.numbers[index] += bias[out] }
                }
            }
        }
        let shape = Planes(batch: 0, channels: y.channels, height: y.height, width: y.width)
        x.numbers.withUnsafeBufferPointer { source in
            y.numbers.withUnsafeMutableBufferPointer { result in
                taps(x, shape) { out, from, index, rows, columns, top, left in
                    for picture in 0..<x.batch {
                        let (to, base) = (shape.start(picture, out), x.start(picture, from))
                        for row in rows {
                            let line = base + (row * stride + top) * width + left
                            for column in columns { result[to + row * outWidth + column] += weight[index] * source[line + column * stride] }
                        }
                    }
                }
            }
        }
    }

    /// Adds the gradients of the input and of the weights.
    func backward(_ x: Planes, _ dy: Planes, weight: [Double], dx: inout Planes, dweight: inout [Double]) {
        let stride = convolution.stride, (width, outWidth) = (x.width, dy.width)
        x.numbers.withUnsafeBufferPointer { source in
            dy.numbers.withUnsafeBufferPointer { gradient in
                dx.numbers.withUnsafeMutableBufferPointer { result in
                    taps(x, dy) { out, from, index, rows, columns, top, left in
                        var sum = 0.0
                        for picture in 0..<x.batch {
                            let (to, base) = (dy.start(picture, out), x.start(picture, from))
                            for row in rows {
                                let line = base + (row * stride + top) * width + left
                                for column in columns {
                                    let g = gradient[to + row * outWidth + column]
                                    sum += g * source[line + column * stride]
                                    result[line + column * stride] += weight[index] * g
                                }
                            }
                        }
                        dweight[index] += sum
                    }
                }
            }
        }
    }
}
