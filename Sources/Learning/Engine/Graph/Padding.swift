/// The pixels of zeros around a picture before a window slides over it.
package enum Padding: Sendable, Hashable {
    /// So many on each side.
    case symmetric(Int)
    /// TensorFlow's "SAME": the result has `ceil(side / stride)` pixels; of an odd number of added pixels the greater half lies at the right and at the bottom.
    case same

    /// The pixels added before (left, top) and after (right, bottom) a side.
    package func pixels(side: Int, kernel: Int, stride: Int) -> (before: Int, after: Int) {
        switch self {
        case .symmetric(let pixels): return (pixels, pixels)
        case .same:
            let total = max(0, ((side + stride - 1) / stride - 1) * stride + kernel - side)
            return (total / 2, total - total / 2)
        }
    }

    /// The windows that fit on a side.
    package func outputSide(_ side: Int, kernel: Int, stride: Int) -> Int {
        let (before, after) = pixels(side: side, kernel: kernel, stride: stride)
        let room = side + before + after - kernel
        return room < 0 ? 0 : room / stride + 1
    }
}

extension Padding: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self = .symmetric(value) }
}

/// In files: a number, or the word `same`.
extension Padding: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let pixels = try? container.decode(Int.self) {
            guard (0...1024).contains(pixels) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "a padding of \(pixels) pixels; allowed are 0 to 1024")
            }
            self = .symmetric(pixels)
        } else if try container.decode(String.self) == "same" {
            self = .same
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a padding is a number of pixels or 'same'")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .symmetric(let pixels): try container.encode(pixels)
        case .same: try container.encode("same")
        }
    }
}
