import Engine
import Foundation
import ModelFormat
import Tensors
import Testing

@Suite("The int8 file")
struct QuantisedModelSpecs {
    let model: QuantisedModel

    init() throws {
        let graph = ToyNetwork.graph()
        let network = try ToyNetwork.quantised(graph, ParameterSet.initial(for: graph, seed: 2))
        model = QuantisedModel(network: network, classes: ["a", "b", "c"], input: InputDescription(size: 64), temperature: 0.75)
    }

    @Test("holds all that an answer needs, in one file")
    func roundTrips() throws {
        let data = try model.encode()
        #expect(try QuantisedModel(decoding: Safetensors.parse(data)) == model)
        // Equal models are equal bytes
        #expect(try QuantisedModel(decoding: Safetensors.parse(data)).encode() == data)
    }

    private func faults(_ change: (inout [String: StoredTensor], inout [String: String]) throws -> Void) throws -> [String] {
        let file = try Safetensors.parse(model.encode())
        var (tensors, metadata) = (file.tensors, file.metadata)
        try change(&tensors, &metadata)
        do {
            _ = try QuantisedModel(decoding: SafetensorsFile(tensors: tensors, metadata: metadata))
            return []
        } catch ModelFormatError.invalidNetwork(let faults) { return faults }
    }

    @Test("all that does not belong together is said at once")
    func namesAllFaults() throws {
        let found = try faults { tensors, metadata in
            tensors["stem.conv.bias"] = nil
            tensors["block.conv.weight"] = try StoredTensor([1], shape: [1])
            tensors["classifier.weight_scale"] = StoredTensor([1, 0, .nan])
            tensors["stranger"] = StoredTensor([1])
            metadata["classes"] = "[\"a\"]"
            metadata["temperature"] = "-1"
        }
        #expect(found.count == 6)
        #expect(found.contains { $0.contains("stem.conv.bias missing") })
        #expect(found.contains { $0.contains("stranger") })
    }

    @Test(
        "a network that reads from nowhere, or from the future, is refused",
        arguments: [
            // Each: a piece of the network's JSON and what takes its place
            ("\"inputs\":[0]", "\"inputs\":[7]"), ("\"inputs\":[0]", "\"inputs\":[-1]"), ("\"inputs\":[0]", "\"inputs\":[]"),
            ("\"residual\":1", "\"residual\":2"),
            ("\"residual\":1", "\"residual\":0"), ("\"groups\":4", "\"groups\":3"), ("\"groups\":4", "\"groups\":0"),
            ("\"stride\":2", "\"stride\":0"),
            ("\"channels\":3", "\"channels\":4"), ("\"outputs\":3", "\"outputs\":5"), ("\"stem.conv\"", "\"block.conv\""),
        ])
    func refusesWrongStructure(piece: String, replacement: String) throws {
        let found = try faults { _, metadata in
            let text = metadata["network"] ?? ""
            #expect(text.contains(piece), "\(text)")
            metadata["network"] = text.replacingOccurrences(of: piece, with: replacement)
        }
        #expect(!found.isEmpty)
    }

    @Test("a file of another kind is refused by its format")
    func refusesOtherFormats() throws {
        let file = try Safetensors.parse(model.encode())
        var metadata = file.metadata
        metadata["format"] = "pt"
        #expect(throws: ModelFormatError.unsupportedFormat(file: "int8.safetensors", got: "pt", allowed: "aliquot-int8/1")) {
            try QuantisedModel(decoding: SafetensorsFile(tensors: file.tensors, metadata: metadata))
        }
        metadata["format"] = QuantisedModel.format
        metadata["network"] = "{"
        #expect(throws: ModelFormatError.self) { try QuantisedModel(decoding: SafetensorsFile(tensors: file.tensors, metadata: metadata)) }
    }
}
