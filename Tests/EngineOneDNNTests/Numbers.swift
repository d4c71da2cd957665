import Base
import Engine
import Tensors

/// Values for a graph's parameters: large enough that activations reach their bends, norms far from the identity.
func parameters(for graph: Graph, seed: UInt64 = 1) throws -> ParameterSet {
    var tensors: [String: FloatTensor] = [:]
    for specification in graph.parameterSpecifications {
        var random = SeededRandom(seed: seed, purpose: specification.name)
        let fan = Double(specification.shape.dropFirst().reduce(1, *))
        let values = (0..<specification.count).map { _ -> Float in
            let v = random.uniform(-1, 1)
            switch specification.role {
            case .weight: return Float(v * (6 / fan).squareRoot())
            case .bias, .normShift: return Float(v)
            case .normScale: return Float(1.5 + v)
            case .runningMean: return Float(0.3 * v)
            case .runningVariance: return Float(1 + 0.5 * v)
            }
        }
        tensors[specification.name] = try FloatTensor(shape: specification.shape, values: values)
    }
    return try ParameterSet(tensors, for: graph)
}

/// Normally distributed.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Float(random.normal()) }
}

/// ‖a − b‖ / (‖b‖ + `floor`); infinite where their counts differ or a number is none.
func relativeError(_ a: [Float], _ b: [Double], floor: Double = 0) -> Double {
    guard a.count == b.count else { return .infinity }
    let difference = zip(a, b).reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot()
    let result = difference / (b.reduce(0) { $0 + $1 * $1 }.squareRoot() + floor)
    return result.isNaN ? (difference == 0 ? 0 : .infinity) : result
}

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
