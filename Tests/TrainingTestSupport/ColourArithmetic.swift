import Engine
import Tensors

/// ``ColourGraph`` in plain loops: the slow exact reference that the loop is tested with.
struct ColourArithmetic {
    static let features = 4
    var values: [String: [Float]]
    let shapes: [String: [Int]]
    let classes: Int

    init(_ parameters: ParameterSet, classes: Int) {
        values = parameters.tensors.mapValues(\.values)
        shapes = parameters.tensors.mapValues(\.shape)
        self.classes = classes
    }

    func parameters(_ graph: Graph) throws(EngineError) -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for (name, shape) in shapes {
            do { tensors[name] = try FloatTensor(shape: shape, values: values[name] ?? []) } catch {
                throw EngineError.wrongCount(what: name, got: values[name]?.count ?? 0, expected: shape.reduce(1, *))
            }
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// The mean colour of each picture, `[count][3]`.
    static func means(_ pictures: UnsafeBufferPointer<Float>, count: Int) -> [[Float]] {
        let area = pictures.count / (3 * count)
        return (0..<count).map { picture in
            (0..<3).map { channel in
                let start = (picture * 3 + channel) * area
                return pictures[start..<(start + area)].reduce(0, +) / Float(area)
            }
        }
    }

    func hidden(_ mean: [Float]) -> [Float] {
        (0..<Self.features).map { row in at("body.bias", row) + (0..<3).reduce(0) { $0 + at("body.weight", row * 3 + $1) * mean[$1] } }
    }

    func logits(_ hidden: [Float]) -> [Float] {
        (0..<classes).map { row in
            at("head.bias", row) + (0..<Self.features).reduce(0) { $0 + at("head.weight", row * Self.features + $1) * hidden[$1] }
        }
    }

    func at(_ name: String, _ index: Int) -> Float { values[name]?[index] ?? .nan }
}
