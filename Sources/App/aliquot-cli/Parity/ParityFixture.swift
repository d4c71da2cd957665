import Base
import Engine
import Foundation
import Tensors

/// Reference results of one network in float64, and the formula that rebuilds its weights and input.
struct ParityFixture: Decodable {
    struct SGD: Decodable {
        let lr: Float
        let momentum: Float
        let weightDecay: Float
        let nesterov: Bool
    }
    struct Float32Error: Decodable {
        let evalLogits: Double
        let trainLogits: Double
        let gradient: Double
        let gradientL2Worst: Double
    }
    struct Parameter: Decodable {
        let name: String
        let gradL2: Double
        let gradFirst: [Double]
    }
    /// A running statistic after the pass in training mode.
    struct Statistic: Decodable {
        let name: String
        let afterL2: Double
        let afterFirst: [Double]
    }
    let architecture: String
    let salt: String
    let inputShape: [Int]
    let classes: Int
    let labels: [Int]
    let evalLogits: [[Double]]
    let trainLogits: [[Double]]
    let trainLoss: Double
    let lossAfterOneSgdStep: Double
    let sgd: SGD
    let pytorchFloat32Error: Float32Error
    let parameters: [Parameter]
    let buffers: [Statistic]

    /// - Returns: nil for a file that is not a network's reference results (no JSON object with `architecture` and `eval_logits`).
    /// - Throws: what is wrong with one that is.
    static func read(_ url: URL) throws -> ParityFixture? {
        let data = try Data(contentsOf: url)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any], object["architecture"] != nil,
            object["eval_logits"] != nil
        else {
            return nil
        }
        return try decoder.decode(ParityFixture.self, from: data)
    }

    /// The values of the tensor called `name`: in −1…1 from SplitMix64 seeded with CRC-32 of the name and salt.
    func fill(_ name: String, count: Int) -> [Double] {
        var random = SeededRandom(seed: UInt64(Self.crc32(Array((name + salt).utf8))))
        return (0..<count).map { _ in 2 * random.uniform() - 1 }
    }

    var pictures: [Float] { fill("input", count: inputShape.reduce(1, *)).map { Float($0) } }

    func parameterSet(for graph: Graph) throws -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for specification in graph.parameterSpecifications {
            let values = fill(specification.name, count: specification.count)
            let scaled: [Double] =
                switch specification.role {
                case .runningMean: values.map { 0.1 * $0 }
                case .runningVariance: values.map { 1 + 0.5 * $0 }
                case .weight:
                    values.map { $0 * (6 / Double(specification.shape.dropFirst().reduce(1, *))).squareRoot() }
                case .normScale: values.map { 1 + 0.1 * $0 }
                case .bias, .normShift: values.map { 0.1 * $0 }
                }
            tensors[specification.name] = try FloatTensor(shape: specification.shape, values: scaled.map { Float($0) })
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// CRC-32 (ISO 3309), bit by bit: names are short.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
