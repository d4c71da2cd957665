import Base
import Engine
import Foundation
import Tensors
import TestSupport

/// `Tests/References/gradcam.json`: Grad-CAM by PyTorch in float64 (make_gradcam.py), and the formula of its weights and input.
struct GradCAMReference: Decodable {
    struct Map: Decodable {
        let label: Int
        let rows: [[Double]]
    }
    struct Network: Decodable {
        let network: String
        let channels: Int
        let logits: [Double]
        let maps: [Map]
    }

    let side: Int
    let classes: Int
    let networks: [Network]

    static func read() throws -> GradCAMReference {
        let file = TestSupport.projectDirectory.appendingPathComponent("Tests/References/gradcam.json")
        return try JSONDecoder().decode(GradCAMReference.self, from: Data(contentsOf: file))
    }

    var picture: [Float] { Self.fill("input", count: 3 * side * side).map { Float($0) } }

    /// `../shared/parity/README.md`: SplitMix64 seeded with the CRC-32 of the name; running statistics near 0 and 1, weights scaled by their fan in.
    static func parameters(for graph: Graph) throws -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for specification in graph.parameterSpecifications {
            let fanIn = Double(specification.shape.dropFirst().reduce(1, *))
            let values = fill(specification.name, count: specification.count).map { value -> Float in
                switch specification.role {
                case .runningMean, .bias, .normShift: Float(0.1 * value)
                case .runningVariance: Float(1 + 0.5 * value)
                case .normScale: Float(1 + 0.1 * value)
                case .weight: Float(value * (6 / fanIn).squareRoot())
                }
            }
            tensors[specification.name] = try FloatTensor(shape: specification.shape, values: values)
        }
        return try ParameterSet(tensors, for: graph)
    }

    private static func fill(_ name: String, count: Int) -> [Double] {
        let sum = ~name.utf8.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        }
        var random = SeededRandom(seed: UInt64(sum))
        return (0..<count).map { _ in 2 * random.uniform() - 1 }
    }
}
