import Engine

/// Pooling by its definition: padded pixels are never the largest and are not counted.
struct ReferencePool {
    let kernel: Int
    let stride: Int
    let padding: Padding
    let isMaximum: Bool

    /// The pixels of the input, as places in its plane, that the window of a result reads.
    private func window(_ x: Planes, _ row: Int, _ column: Int) -> [Int] {
        let top = row * stride - padding.pixels(side: x.height, kernel: kernel, stride: stride).before
        let left = column * stride - padding.pixels(side: x.width, kernel: kernel, stride: stride).before
        return (max(0, top)..<min(x.height, top + kernel)).flatMap { y in
            (max(0, left)..<min(x.width, left + kernel)).map { y * x.width + $0 }
        }
    }

    private func eachWindow(_ x: Planes, _ y: Planes, _ body: (_ result: Int, _ pixels: [Int]) -> Void) {
        for row in 0..<y.height {
            for column in 0..<y.width {
                let window = window(x, row, column)
                for picture in 0..<y.batch {
                    for channel in 0..<y.channels {
                        let base = x.start(picture, channel)
                        body(y.start(picture, channel) + row * y.width + column, window.map { base + $0 })
                    }
                }
            }
        }
    }

    func forward(_ x: Planes, shape: [Int]) -> Planes {
        var y = Planes(shape: shape)
        let empty = y
        eachWindow(x, empty) { result, pixels in
            let values = pixels.map { x.numbers[$0] }
            y.numbers[result] = isMaximum ? values.max() ?? 0 : values.reduce(0, +) / Double(values.count)
        }
        return y
    }

    func backward(_ x: Planes, _ dy: Planes, dx: inout Planes) {
        eachWindow(x, dy) { result, pixels in
            if isMaximum {
                guard let largest = pixels.max(by: { x.numbers[$0] < x.numbers[$1] }) else { return }
                dx.numbers[largest] += dy.numbers[result]
            } else {
                for pixel in pixels { dx.numbers[pixel] += dy.numbers[result] / Double(pixels.count) }
            }
        }
    }
}
