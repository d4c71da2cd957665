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

    /// The same with the second convolution and the pooling behind it in float.
    private func mixed() throws -> QuantisedModel {
        let graph = ToyNetwork.graph()
        let folded = try graph.folded(with: ParameterSet.initial(for: graph, seed: 2))
        return QuantisedModel(
            network: model.network.leaving([2, 3], inFloat: folded), classes: model.classes, input: model.input,
            temperature: model.temperature)
    }

    @Test("holds layers left in float, in a format of its own")
    func roundTripsMixed() throws {
        let mixed = try mixed()
        #expect(mixed.network.floatWeights.keys.sorted() == ["block.conv.bias", "block.conv.weight"])
        let file = try Safetensors.parse(mixed.encode())
        #expect(try QuantisedModel(decoding: file) == mixed)
        #expect(file.metadata["format"] == "aliquot-int8/2" && file.metadata["float_layers"] == "[2,3]")
        #expect(try Safetensors.parse(model.encode()).metadata["format"] == "aliquot-int8/1")
        #expect(try Safetensors.parse(model.encode()).metadata["float_layers"] == nil)
    }

    @Test(
        "layers in float that are not there, named twice, or without their numbers, are refused",
        arguments: ["[0,2]", "[2,2]", "[3,2]", "[-1]", "[9223372036854775807]", "[]", "[1,2]", "numbers", "shape"])
    func refusesWrongFloatLayers(layers: String) throws {
        let file = try Safetensors.parse(mixed().encode())
        var (tensors, metadata) = (file.tensors, file.metadata)
        switch layers {
        case "numbers": tensors["block.conv.bias"] = StoredTensor([0, .nan, 0, 0])
        case "shape": tensors["block.conv.weight"] = StoredTensor([1])
        default: metadata["float_layers"] = layers
        }
        #expect(throws: ModelFormatError.self) { try QuantisedModel(decoding: SafetensorsFile(tensors: tensors, metadata: metadata)) }
        // And a file of the first format has none
        metadata = file.metadata
        metadata["format"] = QuantisedModel.format
        #expect(throws: ModelFormatError.self) {
            try QuantisedModel(decoding: SafetensorsFile(tensors: file.tensors, metadata: metadata))
        }
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
            ("\"inputs\":[0]", "\"inputs\":[0,1000000]"), ("\"inputs\":[]", "\"inputs\":[0]"), ("\"outputs\":3", "\"outputs\":1000000000"),
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
        #expect(throws: ModelFormatError.unsupportedFormat(file: "int8.safetensors", got: "pt", allowed: "aliquot-int8/1, aliquot-int8/2"))
        {
            try QuantisedModel(decoding: SafetensorsFile(tensors: file.tensors, metadata: metadata))
        }
        metadata["format"] = QuantisedModel.format
        metadata["network"] = "{"
        #expect(throws: ModelFormatError.self) { try QuantisedModel(decoding: SafetensorsFile(tensors: file.tensors, metadata: metadata)) }
    }
}
