import Engine

/// Convolutions side by side, or one with groups, written as a single dense one: where each weight of each part lies in it, all else being zero.
///
/// A smaller kernel lies in the larger one so that both see the same pixel at the same place.
struct DenseParts {
    /// The dense convolution that computes the same.
    let whole: Convolution
    /// For each part, the place of each of its weights among those of the whole, `whole.weightShape`.
    let places: [[Int32]]

    /// - Parameter side: height (equal to the width) of what the parts read: "same" padding depends on it.
    /// - Throws: ``EngineError/unsupported(what:by:)`` where strides differ or kernels do not lie within the largest.
    init(_ parts: [Convolution], side: Int, name: String) throws(EngineError) {
        guard let largest = parts.max(by: { $0.kernel < $1.kernel }) else {
            throw .unsupported(what: "a mixed convolution without parts, '\(name)'", by: "training")
        }
        func before(_ part: Convolution) -> Int { part.padding.pixels(side: side, kernel: part.kernel, stride: part.stride).before }
        let inputs = parts.reduce(0) { $0 + $1.inputs }, outputs = parts.reduce(0) { $0 + $1.outputs }, size = largest.kernel
        var places: [[Int32]] = []
        var firstInput = 0
        var firstOutput = 0
        for part in parts {
            let offset = before(largest) - before(part)
            guard part.stride == largest.stride, offset >= 0, offset + part.kernel <= size,
                part.outputSide(side) == largest.outputSide(side)
            else {
                throw .unsupported(
                    what: "parts of different strides or of kernels that do not lie within one another, '\(name)'", by: "training")
            }
            let each = part.inputs / part.groups
            var own: [Int32] = []
            own.reserveCapacity(part.weightShape.reduce(1, *))
            for output in 0..<part.outputs {
                let column = firstInput + output / (part.outputs / part.groups) * each
                for input in 0..<each {
                    for y in 0..<part.kernel {
                        let row = (((firstOutput + output) * inputs + column + input) * size + offset + y) * size + offset
                        for x in 0..<part.kernel { own.append(Int32(row + x)) }
                    }
                }
            }
            places.append(own)
            firstInput += part.inputs
            firstOutput += part.outputs
        }
        self.places = places
        whole = Convolution(
            inputs: inputs, outputs: outputs, kernel: size, stride: largest.stride, padding: largest.padding,
            hasBias: parts.hasBias)
    }
}
