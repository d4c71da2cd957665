import Engine
import Foundation
import ModelFormat
import Networks
import TestSupport
import Testing

@Suite("Names of the other library")
struct ForeignNamesSpecs {
    /// The layers of the other library's module, in its order (check_renaming.py), by our name of the network.
    private func layers() throws -> [String: [String]] {
        let url = TestSupport.projectDirectory.appendingPathComponent("Tests/References/renaming.json")
        return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: url))
    }

    /// The parameters of `graph` as the other library calls them: its modules come in the same order.
    private func foreign(_ graph: Graph, layers: [String]) -> [(own: String, tensor: WeightsFile.Tensor)] {
        var own: [String] = []
        var tensors: [(String, WeightsFile.Tensor)] = []
        for specification in graph.parameterSpecifications {
            let parts = specification.name.split(separator: ".")
            let layer = parts.dropLast().joined(separator: ".")
            if own.last != layer { own.append(layer) }
            guard layers.indices.contains(own.count - 1), let kind = parts.last else { return [] }
            tensors.append(
                (
                    specification.name,
                    WeightsFile.Tensor(name: "\(layers[own.count - 1]).\(kind)", shape: specification.shape, elementType: .float32)
                ))
        }
        return tensors
    }

    @Test(
        "every parameter is found under the name that the other library gives it",
        arguments: [
            ("mobilenet_v2", "timm"), ("mnasnet_100", "torchvision"), ("efficientnet_b0", "torchvision"),
            ("efficientnet_b3", "torchvision"),
            ("mobilenetv3_large_100", "torchvision"),
        ])
    func translates(network: String, library: String) throws {
        // Given the other library's names in the order of its modules, which is the order of ours
        let graph = try NetworkCatalogue.graph(network, classes: 1000)
        let pairs = foreign(graph, layers: try #require(try layers()[network]))
        #expect(pairs.count == graph.parameterSpecifications.count)
        // When they are fitted, then each of ours comes from the one in its place
        let fit = try WeightsFit(pairs.map(\.tensor), for: graph)
        #expect(fit.translatedFrom == library)
        #expect(
            Dictionary(uniqueKeysWithValues: fit.sources.map { ($0.parameter, $0.name) })
                == Dictionary(uniqueKeysWithValues: pairs.map { ($0.own, $0.tensor.name) }))
        // And our own names stay
        let own = graph.parameterSpecifications.map { WeightsFile.Tensor(name: $0.name, shape: $0.shape, elementType: .float16) }
        #expect(try WeightsFit(own, for: graph).isVerbatim)
    }

    @Test("with other names, too, another class count is the head's alone and every fault is named at once")
    func namesFaults() throws {
        let graph = try NetworkCatalogue.graph("mobilenet_v2", classes: 5)
        var tensors = foreign(try NetworkCatalogue.graph("mobilenet_v2", classes: 1000), layers: try #require(try layers()["mobilenet_v2"]))
            .map(\.tensor)
        let fit = try WeightsFit(tensors, for: graph)
        #expect(!fit.headFits)
        #expect(fit.classesInFile == 1000)
        // Given one missing, one of another shape and one too many
        tensors.removeAll { $0.name == "blocks.6.0.bn3.running_var" }
        let stem = try #require(tensors.firstIndex { $0.name == "conv_stem.weight" })
        tensors[stem] = WeightsFile.Tensor(name: "conv_stem.weight", shape: [32, 1, 3, 3], elementType: .float32)
        tensors.append(WeightsFile.Tensor(name: "blocks.7.0.conv_pw.weight", shape: [1], elementType: .float32))
        // Then all three are told: ours by our name, the stranger by its own
        #expect(
            throws: EngineError.parameters(
                missing: ["features.17.conv.3.running_var"], unexpected: ["blocks.7.0.conv_pw.weight"],
                wrongShape: [EngineError.WrongShape(name: "features.0.0.weight", got: [32, 1, 3, 3], expected: [32, 3, 3, 3])])
        ) { try WeightsFit(tensors, for: graph) }
    }

    @Test("torchvision's MobileNetV3: a linear layer becomes a 1×1 convolution, and its larger epsilon goes into the variances")
    func adaptsMobileNetV3() throws {
        // Given torchvision's file with running variances of 1 and weights of 0.5, in which the layer before the head is linear
        let graph = try NetworkCatalogue.graph("mobilenetv3_large_100", classes: 3)
        let pairs = foreign(graph, layers: try #require(try layers()["mobilenetv3_large_100"]))
        let url = try TestSupport.temporaryDirectory().appendingPathComponent("v3.safetensors")
        try Safetensors.write(
            pairs.map { pair in
                let shape = pair.tensor.name == "classifier.0.weight" ? Array(pair.tensor.shape.prefix(2)) : pair.tensor.shape
                let values = [Float16](repeating: pair.own.hasSuffix("running_var") ? 1 : 0.5, count: shape.reduce(1, *))
                return (pair.tensor.name, try StoredTensor(elementType: .float16, shape: shape, bytes: values.withUnsafeBytes { Data($0) }))
            }, to: url)
        // When they are loaded
        let loaded = try PretrainedWeights.load(url, for: graph, into: ParameterSet.initial(for: graph, seed: 1))
        // Then 1 + 0.001 = variance + 0.00001
        #expect(loaded["bn1.running_var"]?.values.allSatisfy { abs($0 - 1.00099) < 1e-6 } == true)
        #expect(loaded["conv_head.weight"]?.shape == [1280, 960, 1, 1])
        #expect(loaded["conv_head.weight"]?.values.allSatisfy { $0 == 0.5 } == true)
    }
}
