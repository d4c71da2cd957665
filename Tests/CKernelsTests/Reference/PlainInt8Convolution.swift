/// A convolution of whole numbers by plain loops. Pictures lie [picture][row][column][channel], bytes signed or not.
struct PlainInt8Convolution {
    var batch = 1
    let height: Int, width: Int, channels: Int, kernel: Int
    var stride = 1
    let padding: Int
    let isSigned: Bool

    var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }

    /// The sum for a pixel of the results, counted over all pictures, over the channels given.
    /// - Parameter weight: of a channel, row and column.
    func sum(_ pixel: Int, of picture: [UInt8], over channels: Range<Int>, weight: (Int, Int, Int) -> Int8) -> Int {
        let area = outHeight * outWidth, (n, row, column) = (pixel / area, pixel % area / outWidth, pixel % outWidth)
        var sum = 0
        for i in 0..<kernel {
            for j in 0..<kernel {
                let (a, b) = (row * stride + i - padding, column * stride + j - padding)
                guard (0..<height).contains(a), (0..<width).contains(b) else { continue }
                for channel in channels {
                    let byte = picture[((n * height + a) * width + b) * self.channels + channel]
                    sum += number(byte, isSigned) * Int(weight(channel, i, j))
                }
            }
        }
        return sum
    }
}

func number(_ byte: UInt8, _ isSigned: Bool) -> Int { isSigned ? Int(Int8(bitPattern: byte)) : Int(byte) }

/// Rounded half to even, and cut off at the bounds of 8 bits.
func level(_ value: Float, _ isSigned: Bool) -> Int {
    let level = Int(value.rounded(.toNearestOrEven))
    return isSigned ? min(max(level, -128), 127) : min(max(level, 0), 255)
}
