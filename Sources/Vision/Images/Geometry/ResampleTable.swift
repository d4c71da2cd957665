/// Where each output pixel of one direction takes its light from: Pillow's triangle filter, widened by the scale when shrinking, as 22-bit fixed point.
///
/// Source: Pillow 13, `src/libImaging/Resample.c` (`precompute_coeffs`, `normalize_coeffs_8bpc`, `ImagingResampleHorizontal_8bpc`,
/// `ImagingResampleVertical_8bpc`), so that results are equal to the level.
struct ResampleTable {
    /// Fraction bits of a coefficient: 32 − 8 for the pixel − 2 against overflow.
    private static let precision: Int32 = 22

    /// First input of each output.
    private let starts: [Int]
    /// Number of inputs of each output, at most `stride`.
    private let counts: [Int]
    /// `[outputs, stride]`; a row sums to about 2²².
    private let coefficients: [Int32]
    private let stride: Int
    /// All inputs that some output reads.
    let inputs: Range<Int>

    /// - Parameters:
    ///   - inputSize: length of the input direction, pixels.
    ///   - outputSize: length that the whole output would have.
    ///   - outputs: which outputs are wanted, not empty.
    init(from inputSize: Int, to outputSize: Int, outputs: Range<Int>) {
        let scale = Double(inputSize) / Double(outputSize)
        let support = max(scale, 1)
        stride = Int(support.rounded(.up)) * 2 + 1
        var starts: [Int] = []
        var counts: [Int] = []
        var coefficients = [Int32](repeating: 0, count: outputs.count * stride)
        for output in outputs {
            let centre = (Double(output) + 0.5) * scale
            let first = max(0, Int(centre - support + 0.5))
            let count = min(inputSize, Int(centre + support + 0.5)) - first
            var weights = (0..<count).map { index -> Double in
                max(0, 1 - abs((Double(index + first) - centre + 0.5) * (1 / support)))
            }
            let total = weights.reduce(0, +)
            if total != 0 { weights = weights.map { $0 / total } }
            for (index, weight) in weights.enumerated() {
                coefficients[starts.count * stride + index] = Int32(0.5 + weight * Double(1 << Self.precision))
            }
            starts.append(first)
            counts.append(count)
        }
        let end = zip(starts, counts).map { $0 + $1 }.max() ?? 0
        inputs = (starts.min() ?? 0)..<end
        self.starts = starts
        self.counts = counts
        self.coefficients = coefficients
    }

    /// The horizontal pass over some rows: `[rows, image.width]` to `[rows, outputs]`.
    func resampleRows(of image: RGBImage, rows: Range<Int>) -> RGBImage {
        image.pixels.withUnsafeBufferPointer { source in
            coefficients.withUnsafeBufferPointer { coefficients in
                RGBImage(width: starts.count, height: rows.count) { target in
                    var output = 0
                    for y in rows {
                        let row = y * image.width * 3
                        for x in starts.indices {
                            var input = row + starts[x] * 3
                            var (red, green, blue) = (Self.half, Self.half, Self.half)
                            for tap in (x * stride)..<(x * stride + counts[x]) {
                                let weight = coefficients[tap]
                                red &+= Int32(source[input]) &* weight
                                green &+= Int32(source[input + 1]) &* weight
                                blue &+= Int32(source[input + 2]) &* weight
                                input += 3
                            }
                            target[output] = Self.clipped(red)
                            target[output + 1] = Self.clipped(green)
                            target[output + 2] = Self.clipped(blue)
                            output += 3
                        }
                    }
                }
            }
        }
    }

    /// The vertical pass; `image` lacks the first `skipped` rows of the input that the table was made for.
    func resampleColumns(of image: RGBImage, skipping skipped: Int) -> RGBImage {
        let width = image.width * 3
        return image.pixels.withUnsafeBufferPointer { source in
            RGBImage(width: image.width, height: starts.count) { target in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: width) { sums in
                    for y in starts.indices {
                        sums.update(repeating: Self.half)
                        for tap in 0..<counts[y] {
                            let weight = coefficients[y * stride + tap]
                            let row = UnsafeBufferPointer(rebasing: source[((starts[y] - skipped + tap) * width)...].prefix(width))
                            for x in 0..<width { sums[x] &+= Int32(row[x]) &* weight }
                        }
                        let row = UnsafeMutableBufferPointer(rebasing: target[(y * width)..<((y + 1) * width)])
                        for x in 0..<width { row[x] = Self.clipped(sums[x]) }
                    }
                }
            }
        }
    }

    private static let half: Int32 = 1 << (precision - 1)

    private static func clipped(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> precision) }
}
