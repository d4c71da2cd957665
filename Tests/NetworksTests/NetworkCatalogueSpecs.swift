import Base
import Engine
import Foundation
import Testing

import Networks

@Suite("The catalogue of networks")
struct NetworkCatalogueSpecs {
    @Test("holds every published network, and no other")
    func isComplete() {
        #expect(NetworkCatalogue.all.map(\.name) == PublishedNetwork.all.map(\.name).sorted())
        #expect(Set(NetworkCatalogue.all.map(\.name)).count == 17)
    }

    @Test("has the published parameters, multiply-adds, names, shapes and their order", arguments: PublishedNetwork.all)
    func equalsThePublished(network: PublishedNetwork) throws {
        // Given the graph for the classes of ImageNet
        let graph = try NetworkCatalogue.graph(network.name, classes: 1000)
        // When its state dictionary is written as the reference writes it
        let lines = graph.parameterSpecifications.map { "\($0.name) \($0.shape.map(String.init).joined(separator: ","))" }
        // Then nothing differs
        #expect(graph.architecture == network.name)
        #expect(graph.parameterCount == network.parameters)
        #expect(try graph.multiplyAdds(side: 224) == network.multiplyAdds)
        #expect(SHA256Digest(of: Data(lines.joined(separator: "\n").utf8)).description == network.stateDictionary)
    }

    @Test("resizes the head, and only the head, to the classes", arguments: PublishedNetwork.all)
    func headFollowsClasses(network: PublishedNetwork) throws {
        let many = try NetworkCatalogue.graph(network.name, classes: 1000), few = try NetworkCatalogue.graph(network.name, classes: 5)
        let changed = zip(many.parameterSpecifications, few.parameterSpecifications).filter { $0.0 != $0.1 }
        #expect(!changed.isEmpty && changed.allSatisfy { $0.0.isHead && $0.1.isHead && $0.1.shape.first == 5 })
        #expect(many.parameterSpecifications.count == few.parameterSpecifications.count)
        #expect(try few.shapes(batch: 2, side: 64).last == [2, 5])
    }

    @Test("takes every side from the smallest on, and says what is too small below", arguments: NetworkCatalogue.all.map(\.name))
    func sides(name: String) throws {
        let entry = try NetworkCatalogue.entry(name)
        let graph = entry.graph(classes: 3)
        for side in entry.minimumSide...(entry.minimumSide + 33) { #expect(try graph.shapes(batch: 1, side: side).last == [1, 3]) }
        #expect(try graph.shapes(batch: 1, side: 300).last == [1, 3])
        #expect(throws: EngineError.self) { _ = try graph.shapes(batch: 1, side: 0) }
    }

    @Test("writes only graphs whose nodes read earlier nodes and whose channels agree", arguments: NetworkCatalogue.all.map(\.name))
    func isSound(name: String) throws {
        // Given the shapes that follow from what each node reads
        let graph = try NetworkCatalogue.graph(name, classes: 7)
        let shapes = try graph.shapes(batch: 2, side: 97)
        // When every node is held against the channels it says it takes
        for (index, node) in graph.nodes.enumerated() {
            #expect(node.inputs.allSatisfy { $0 < index }, "\(node.name)")
            let channels = node.inputs.map { shapes[$0][1] }
            switch node.operation {
            case .convolution(let convolution): #expect(channels == [convolution.inputs], "\(node.name)")
            case .mixedConvolution(let parts):
                #expect(channels == [parts.reduce(0) { $0 + $1.inputs }], "\(node.name)")
                for part in parts { #expect(part.outputSide(shapes[node.inputs[0]][2]) == shapes[index][2], "\(node.name)") }
            case .batchNorm(let norm): #expect(channels == [norm.channels], "\(node.name)")
            case .linear(let linear): #expect(channels == [linear.inputs] && shapes[node.inputs[0]].count == 2, "\(node.name)")
            case .add: #expect(shapes[node.inputs[0]] == shapes[node.inputs[1]])
            case .channelScale: #expect(shapes[node.inputs[1]] == Array(shapes[node.inputs[0]].prefix(2)))
            case .concatenate: #expect(Set(node.inputs.map { shapes[$0][2] }).count == 1)
            case .slice(let start, let count): #expect(start + count <= channels[0])
            case .shuffle(let groups): #expect(channels[0].isMultiple(of: groups))
            case .input, .activation, .maxPool, .averagePool, .globalAveragePool, .dropout, .stochasticDepth, .fakeQuantisation:
                break
            }
        }
        // Then every node but the last is read by somebody
        let consumers = graph.consumers
        #expect(consumers.dropLast().allSatisfy { !$0.isEmpty } && consumers.last == [])
    }

    @Test("survives being written to a model's file", arguments: NetworkCatalogue.all.map(\.name))
    func isCodable(name: String) throws {
        let graph = try NetworkCatalogue.graph(name, classes: 4)
        #expect(try JSONDecoder().decode(Graph.self, from: JSONEncoder().encode(graph)) == graph)
        let fused = try graph.fused()
        #expect(try JSONDecoder().decode(FusedNetwork.self, from: JSONEncoder().encode(fused)) == fused)
    }

    @Test("folds every batch norm and every shuffle away for inference", arguments: NetworkCatalogue.all.map(\.name))
    func folds(name: String) throws {
        // Given the layers that inference runs
        let fused = try NetworkCatalogue.graph(name, classes: 4).fused()
        // Then each reads only layers before it, and no activation of its own is left that a convolution could have taken in
        for (index, layer) in fused.layers.enumerated() {
            #expect(layer.inputs.allSatisfy { $0 < index })
            if case .convolution(_, _, let residual?) = layer.kind { #expect(residual < index) }
            if case .activation = layer.kind { Issue.record("\(name): an activation alone at layer \(index)") }
        }
    }

    @Test("adds as many ways around as the published networks have")
    func waysAround() throws {
        // The number of blocks with `has_skip` in timm's modules, of residual blocks in torchvision's.
        let published = [
            "efficientnet_b0": 9, "efficientnet_b3": 19, "fbnetc_100": 15, "mixnet_l": 14, "mixnet_m": 14, "mixnet_s": 11,
            "mnasnet_100": 10,
            "mobilenet_v2": 10, "mobilenetv1_100": 0, "mobilenetv3_large_100": 10, "resnet101": 33, "resnet18": 8, "resnet50": 16,
            "shufflenet_v2_x0_5": 0, "shufflenet_v2_x1_0": 0, "squeezenet1_0": 0, "squeezenet1_1": 0,
        ]
        for name in NetworkCatalogue.all.map(\.name) {
            #expect(try NetworkCatalogue.graph(name, classes: 2).nodes.count { $0.operation == .add } == published[name], "\(name)")
        }
    }

    @Test("is made fast: the largest in less than 50 ms")
    func isFast() throws {
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in try clock.measure { _ = try NetworkCatalogue.graph("mixnet_l", classes: 1000) } }
        #expect(try #require(times.min()) < .milliseconds(50))
    }

    @Test("names what it knows when it is asked for what it does not know")
    func unknownNetwork() {
        #expect(throws: NetworkError.unknown(name: "resnet19", known: NetworkCatalogue.all.map(\.name))) {
            _ = try NetworkCatalogue.graph("resnet19", classes: 2)
        }
    }

    @Test("drops what the papers drop: half of SqueezeNet's features, and whole blocks of EfficientNet, the more the deeper")
    func regularisation() throws {
        func probabilities(_ name: String) throws -> (dropout: [Float], depth: [Float]) {
            let operations = try NetworkCatalogue.graph(name, classes: 2).nodes.map(\.operation)
            return (
                operations.compactMap { if case .dropout(let p) = $0 { p } else { nil } },
                operations.compactMap { if case .stochasticDepth(let p) = $0 { p } else { nil } }
            )
        }
        // timm's note beside its B0: "for train, drop_rate should be 0.2, drop_path_rate should be 0.2"; block i of 16 drops 0.2·i/16.
        let b0 = try probabilities("efficientnet_b0")
        #expect(b0.dropout == [0.2])
        let expected: [Float] = [2, 4, 6, 7, 9, 10, 12, 13, 14].map { 0.2 * $0 / 16 }
        #expect(b0.depth.count == expected.count && zip(b0.depth, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(try probabilities("squeezenet1_0").dropout == [0.5])
        #expect(try probabilities("mobilenet_v2").dropout == [0.2])
        #expect(try probabilities("mixnet_s") == ([], []))
    }
}
