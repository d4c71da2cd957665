import Engine
import Foundation
import ModelFormat
import ONNXSchema

/// A model as an ONNX file: opset 17, IR version 8. Its input `pictures` is `[batch, 3, size, size]`, float32, normalised as its metadata says; its output `logits` is
/// `[batch, classes]`. Source: github.com/onnx/onnx, docs/IR.md and docs/Operators.md.
package enum ONNXFile {
    package static let opset = 17
    static let irVersion: Int64 = 8

    /// - Parameters:
    ///   - precision: int8 gives the QDQ form.
    ///   - version: of the program.
    /// - Returns: the file's bytes; equal models give equal bytes.
    /// - Throws: ``ModelExportError``; what reading the model throws.
    package static func encode(_ model: ModelDirectory, _ precision: Precision, version: String) throws -> Data {
        switch precision {
        case .float: return try encode(.float(try model.graph().folded(with: try model.parameters())), model.manifest, version: version)
        case .int8:
            guard let quantised = try model.quantised() else { throw ModelExportError.noInt8(reasons: model.manifest.precisionReasons) }
            return try encode(.int8(quantised), model.manifest, version: version)
        }
    }

    static func encode(_ numbers: ONNXNetwork.Numbers, _ manifest: ModelManifest, version: String) throws -> Data {
        let network = try ONNXNetwork(numbers, side: manifest.input.size)
        var graph = Onnx_GraphProto()
        graph.name = manifest.architecture
        graph.node = network.builder.nodes
        graph.initializer = network.builder.constants
        graph.input = [ONNXBuilder.value(ONNXNetwork.inputName, [3, manifest.input.size, manifest.input.size])]
        graph.output = [ONNXBuilder.value(ONNXNetwork.outputName, [manifest.classes.count])]
        var operators = Onnx_OperatorSetIdProto()
        operators.domain = ""
        operators.version = Int64(opset)
        var file = Onnx_ModelProto()
        file.irVersion = irVersion
        file.producerName = "aliquot"
        file.producerVersion = version
        file.graph = graph
        file.opsetImport = [operators]
        file.metadataProps = try metadata(manifest).map { key, value in
            var entry = Onnx_StringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        return try file.serializedData()
    }

    /// What it takes to use the network: how a picture becomes numbers, and how logits become an answer.
    private static func metadata(_ manifest: ModelManifest) throws -> [(String, String)] {
        func json(_ value: some Encodable) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        return [
            ("architecture", manifest.architecture), ("classes", try json(manifest.classes)), ("input", try json(manifest.input)),
            ("lineage", try json(manifest.lineage)),
            (
                "preprocessing",
                "RGB; the shorter side is resized and the centre cropped (fit crop), or the picture padded or squeezed (pad, squish), to size × size; "
                    + "values / 255, minus mean, divided by std, each channel; channels first"
            ),
            ("probabilities", "softmax(logits / temperature)"), ("temperature", "\(manifest.temperature)"),
        ]
    }
}
