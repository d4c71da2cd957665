import Base
import Engine
import Foundation
import Tensors

/// What `int8.safetensors` holds: a network in int8 with all that is needed to answer with it, and nothing from another file.
///
/// Tensors of a layer: `<layer>.weight` (I8), `<layer>.weight_scale` and `<layer>.bias` (F32, one per output channel); of part `i` of a mixed convolution the same
/// under `<layer>.<i>`. Metadata, each a JSON document: `network`
/// (``FusedNetwork``), `activations` (one scale a layer), `classes`, `input`, `temperature`; and `format`.
///
/// With layers left in float the format is 2: `float_layers` are their indices, ascending, and their tensors `<layer>.weight` (of part `i` `<layer>.<i>.weight`) and one `<layer>.bias`
/// are F32, without a scale.
package struct QuantisedModel: Sendable, Equatable {
    package static let format = "aliquot-int8/1"
    /// Of files with layers in float: programs that do not know of them refuse it.
    package static let mixedFormat = "aliquot-int8/2"

    package let network: QuantisedNetwork
    package let classes: [String]
    package let input: InputDescription
    package let temperature: Double

    package init(network: QuantisedNetwork, classes: [String], input: InputDescription, temperature: Double) {
        self.network = network
        self.classes = classes
        self.input = input
        self.temperature = temperature
    }

    /// The bytes of the file; equal models give equal bytes.
    package func encode() throws(ModelFormatError) -> Data {
        var tensors: [(String, StoredTensor)] = []
        for (name, weights) in network.weights {
            tensors.append(("\(name).weight", try StoredTensor(weights.values, shape: weights.shape)))
            tensors.append(("\(name).weight_scale", StoredTensor(weights.scales)))
            tensors.append(("\(name).bias", StoredTensor(weights.bias)))
        }
        for (name, tensor) in network.floatWeights { tensors.append((name, StoredTensor(tensor))) }
        var metadata = [
            "format": network.floatLayers.isEmpty ? Self.format : Self.mixedFormat, "architecture": network.network.architecture,
            "network": try JSONDocument.text(network.network, "network"),
            "activations": try JSONDocument.text(network.activations, "activations"), "classes": try JSONDocument.text(classes, "classes"),
            "input": try JSONDocument.text(input, "input"), "temperature": try JSONDocument.text(temperature, "temperature"),
        ]
        if !network.floatLayers.isEmpty { metadata["float_layers"] = try JSONDocument.text(network.floatLayers.sorted(), "float_layers") }
        return try Safetensors.encode(tensors, metadata: metadata)
    }

    /// - Throws: ``ModelFormatError/invalidNetwork(_:)`` with everything that does not belong together, or what is wrong with the file itself.
    package init(decoding file: SafetensorsFile) throws(ModelFormatError) {
        let metadata = file.metadata
        guard let format = metadata["format"], [Self.format, Self.mixedFormat].contains(format) else {
            throw .unsupportedFormat(
                file: "int8.safetensors", got: metadata["format"] ?? "none", allowed: "\(Self.format), \(Self.mixedFormat)")
        }
        func document<Value: Decodable>(_ type: Value.Type, _ key: String) throws(ModelFormatError) -> Value {
            guard let text = metadata[key] else { throw .missingFile("metadata \(key) of int8.safetensors") }
            return try JSONDocument.decode(type, Data(text.utf8), "metadata \(key) of int8.safetensors")
        }
        let fused = try document(FusedNetwork.self, "network")
        let activations = try document([ActivationScale].self, "activations")
        classes = try document([String].self, "classes")
        input = try document(InputDescription.self, "input")
        temperature = try document(Double.self, "temperature")
        let floatLayers = format == Self.mixedFormat ? try document([Int].self, "float_layers") : []

        // Shapes of an impossible layer cannot even be computed: the structure comes first.
        let structure = StructureCheck.faults(of: fused)
        guard structure.isEmpty else { throw .invalidNetwork(structure) }
        var faults = input.faults
        if classes.count != fused.classes { faults.append("\(classes.count) class names for \(fused.classes) classes") }
        if !(temperature.isFinite && temperature > 0) { faults.append("temperature is \(temperature), allowed are positive numbers") }
        if activations.count != fused.layers.count {
            faults.append("\(activations.count) activation scales for \(fused.layers.count) layers")
        }
        if !activations.allSatisfy({ $0.scale.isFinite && $0.scale > 0 }) { faults.append("an activation scale is not a positive number") }

        let areAscending = zip(floatLayers, floatLayers.dropFirst()).allSatisfy { $0 < $1 }
        if !areAscending || !floatLayers.allSatisfy({ $0 > 0 && $0 < fused.layers.count }) {
            faults.append("float_layers are not ascending numbers of layers from 1 to \(fused.layers.count - 1)")
        }

        var weights: [String: QuantisedWeights] = [:]
        var unused = Set(file.tensors.keys)
        let inFloat = Set(floatLayers)
        var floatWeights: [String: FloatTensor] = [:]
        for layer in inFloat.sorted() where fused.layers.indices.contains(layer) {
            for (name, shape) in fused.layers[layer].floatTensors.sorted(by: { $0.key < $1.key }) {
                unused.remove(name)
                guard let tensor = file.tensors[name], tensor.shape == shape, tensor.elementType == .float32 else {
                    faults.append("\(name) of a layer in float is missing or not F32 \(shape)")
                    continue
                }
                let values = try tensor.floats()
                if !values.values.allSatisfy(\.isFinite) { faults.append("a number of \(name) is not finite") }
                floatWeights[name] = values
            }
        }
        for part in fused.layers.indices.filter({ !inFloat.contains($0) }).flatMap({ fused.layers[$0].weights }) {
            let shape = part.shape
            let names = ["weight", "weight_scale", "bias"].map { "\(part.name).\($0)" }
            unused.subtract(names)
            let tensors = names.compactMap { file.tensors[$0] }
            guard tensors.count == 3 else {
                faults.append("\(names.filter { file.tensors[$0] == nil }.joined(separator: ", ")) missing")
                continue
            }
            guard tensors[0].shape == shape, tensors[1].shape == [shape[0]], tensors[2].shape == [shape[0]],
                tensors[0].elementType == .int8,
                tensors[1].elementType == .float32, tensors[2].elementType == .float32
            else {
                faults.append("the tensors of \(part.name) are not I8 \(shape), F32 [\(shape[0])], F32 [\(shape[0])]")
                continue
            }
            let scales = try tensors[1].floats().values
            let bias = try tensors[2].floats().values
            if !scales.allSatisfy({ $0.isFinite && $0 > 0 }) { faults.append("a weight scale of \(part.name) is not a positive number") }
            if !bias.allSatisfy(\.isFinite) { faults.append("a bias of \(part.name) is not a number") }
            weights[part.name] = QuantisedWeights(shape: shape, values: try tensors[0].int8s(), scales: scales, bias: bias)
        }
        if !unused.isEmpty { faults.append("no layer has \(unused.sorted().joined(separator: ", "))") }
        guard faults.isEmpty else { throw .invalidNetwork(faults) }
        network = QuantisedNetwork(
            network: fused, activations: activations, weights: weights, floatLayers: inFloat, floatWeights: floatWeights)
    }
}
