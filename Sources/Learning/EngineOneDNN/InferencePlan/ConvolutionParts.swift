import Engine

/// Convolutions side by side (or one with groups) written as a single one, with zeros where a part does not look: dense, or depthwise if all parts are.
///
/// A smaller kernel lies in the larger one so that both see the same pixel at the same place.
struct ConvolutionParts {
    let parts: [Convolution]
    /// The convolution that computes the same.
    let whole: Convolution
    /// For each part, rows (and columns) of the whole kernel before its own.
    private let offsets: [Int]

    /// - Parameter side: height (equal to the width) of what the parts read: "same" padding depends on it.
    /// - Throws: ``EngineError/unsupported(what:by:)`` where strides differ or kernels do not lie within the largest.
    init(_ parts: [Convolution], side: Int, name: String) throws(EngineError) {
        guard let largest = parts.max(by: { $0.kernel < $1.kernel }) else {
            throw .unsupported(what: "a mixed convolution without parts, '\(name)'", by: "inference")
        }
        self.parts = parts
        let inputs = parts.reduce(0) { $0 + $1.inputs }, outputs = parts.reduce(0) { $0 + $1.outputs }
        let isDepthwise = parts.allSatisfy { $0.groups == $0.inputs && $0.groups == $0.outputs }
        whole = Convolution(
            inputs: inputs, outputs: outputs, kernel: largest.kernel, stride: largest.stride, padding: largest.padding,
            groups: isDepthwise ? inputs : 1, hasBias: true)
        let before = largest.padding.pixels(side: side, kernel: largest.kernel, stride: largest.stride).before
        offsets = parts.map { before - $0.padding.pixels(side: side, kernel: $0.kernel, stride: $0.stride).before }
        for (part, offset) in zip(parts, offsets) {
            guard part.stride == largest.stride, offset >= 0, offset + part.kernel <= largest.kernel,
                part.outputSide(side) == largest.outputSide(side)
            else {
                throw .unsupported(
                    what: "parts of different strides or of kernels that do not lie within one another, '\(name)'", by: "inference")
            }
        }
    }

    /// Whether each part's kernel lies in the middle of the whole one.
    var isCentred: Bool { zip(parts, offsets).allSatisfy { 2 * $1 == whole.kernel - $0.kernel } }

    /// The weights of the whole, `whole.weightShape`, from those of the parts.
    func weights<Number: Numeric>(_ values: [[Number]]) -> [Number] {
        let size = whole.kernel, columns = whole.inputs / whole.groups
        var result = [Number](repeating: 0, count: whole.weightShape.reduce(1, *))
        var firstInput = 0
        var firstOutput = 0
        for (part, (offset, values)) in zip(parts, zip(offsets, values)) {
            let (inputs, outputs, kernel) = (part.inputs / part.groups, part.outputs / part.groups, part.kernel)
            for output in 0..<part.outputs {
                let column = whole.groups > 1 ? 0 : firstInput + output / outputs * inputs
                for input in 0..<inputs {
                    for y in 0..<kernel {
                        let from = ((output * inputs + input) * kernel + y) * kernel
                        let to = (((firstOutput + output) * columns + column + input) * size + offset + y) * size + offset
                        for x in 0..<kernel { result[to + x] = values[from + x] }
                    }
                }
            }
            firstInput += part.inputs
            firstOutput += part.outputs
        }
        return result
    }
}
