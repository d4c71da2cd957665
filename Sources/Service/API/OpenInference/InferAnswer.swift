import Foundation
import HTTP
import HTTPTypes
import Inference

/// The answer to an ``InferRequest``: JSON, and the bytes of the outputs that were asked for in binary form behind it.
struct InferAnswer: Sendable {
    static let headerLengthName = HTTPField.Name("Inference-Header-Content-Length") ?? .server

    let key: ModelVersionKey
    let id: String?
    let outputs: [InferRequest.Output]
    /// In the order of the classes.
    let labels: [String]
    /// Of each picture, in their order.
    let scores: [Scores]
    let precision: String

    /// - Throws: what the encoder throws.
    func response() throws -> ServerResponse {
        var binary: [UInt8] = []
        var tensors: [JSONValue] = []
        for output in outputs { tensors.append(tensor(output, &binary)) }
        var message: [String: JSONValue] = [
            "model_name": .string(key.model.description), "model_version": .string("\(key.version)"), "outputs": .array(tensors),
            "parameters": ["precision": .string(precision), "in_doubt": .number(Double(scores.count { $0.isDoubtful }))],
        ]
        if let id { message["id"] = .string(id) }
        guard outputs.contains(where: \.isBinary) else { return try .json(JSONValue.object(message)) }
        let json = [UInt8](try JSONEncoder().encode(JSONValue.object(message)))
        return .bytes(json + binary, type: FileType.octets, fields: [Self.headerLengthName: "\(json.count)"])
    }

    private func tensor(_ output: InferRequest.Output, _ binary: inout [UInt8]) -> JSONValue {
        var tensor: [String: JSONValue] = ["name": .string(output.name.rawValue)]
        let before = binary.count
        if let classes = output.classes {
            let rows = scores.map { ranked($0, output.name, classes) }
            tensor["datatype"] = "BYTES"
            tensor["shape"] = [.number(Double(rows.count)), .number(Double(min(classes, labels.count)))]
            if output.isBinary {
                for text in rows.joined() {
                    withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { binary += $0 }
                    binary += text.utf8
                }
            } else {
                tensor["data"] = .array(rows.joined().map(JSONValue.string))
            }
        } else {
            let values = scores.flatMap { Self.values($0, output.name) }
            tensor["datatype"] = "FP32"
            tensor["shape"] = [.number(Double(scores.count)), .number(Double(labels.count))]
            if output.isBinary {
                for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { binary += $0 } }
            } else {
                tensor["data"] = .array(values.map { .number(Double($0)) })
            }
        }
        if output.isBinary { tensor["parameters"] = ["binary_data_size": .number(Double(binary.count - before))] }
        return .object(tensor)
    }

    private static func values(_ scores: Scores, _ output: ModelTensors.Output) -> [Float] {
        output == .logits ? scores.logits : scores.probabilities.map { Float($0) }
    }

    /// `value:index:label`, the likeliest first, equal ones in the order of the classes (Triton's classification extension).
    private func ranked(_ scores: Scores, _ output: ModelTensors.Output, _ count: Int) -> [String] {
        let values = Self.values(scores, output)
        let order = scores.probabilities.indices.sorted { (-scores.probabilities[$0], $0) < (-scores.probabilities[$1], $1) }
        return order.prefix(count).map { "\(String(format: "%f", values[$0])):\($0):\(labels[$0])" }
    }
}
