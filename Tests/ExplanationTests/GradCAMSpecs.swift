import Engine
import EngineOneDNN
import Explanation
import Networks
import Testing

@Suite("Grad-CAM")
struct GradCAMSpecs {
    /// The last picture layer before the classifier: what torchvision calls `layer4`, `features`, `conv5`, timm `forward_features`.
    @Test(
        "looks at the last layer that makes pictures before the classifier",
        arguments: [
            ("efficientnet_b0", "conv_head"), ("efficientnet_b3", "conv_head"), ("fbnetc_100", "conv_head"), ("mixnet_l", "conv_head"),
            ("mixnet_m", "conv_head"), ("mixnet_s", "conv_head"), ("mnasnet_100", "conv_head"), ("mobilenet_v2", "features.18.0"),
            ("mobilenetv1_100", "blocks.4.1.conv_pw"), ("mobilenetv3_large_100", "blocks.6.0.conv"), ("resnet101", "layer4.2.conv3"),
            ("resnet18", "layer4.1.conv2"), ("resnet50", "layer4.2.conv3"), ("shufflenet_v2_x0_5", "conv5.0"),
            ("shufflenet_v2_x1_0", "conv5.0"), ("squeezenet1_0", "features.12.expand1x1 + features.12.expand3x3"),
            ("squeezenet1_1", "features.12.expand1x1 + features.12.expand3x3"),
        ])
    func looksAtTheLastFeatureMap(network: String, layer: String) throws {
        let graph = try NetworkCatalogue.graph(network, classes: 3)
        #expect(try GradCAM(graph, ParameterSet.initial(for: graph, seed: 1)).layer == layer)
    }

    @Test("every network of the catalogue can be explained") func knowsAll() throws {
        for entry in NetworkCatalogue.all { _ = try NetworkTail(of: entry.graph(classes: 2).fused()) }
    }

    @Test(
        "gives PyTorch's map, within 1e-4",
        arguments: [
            "efficientnet_b0", "fbnetc_100", "mixnet_s", "mnasnet_100", "mobilenet_v2", "mobilenetv1_100", "mobilenetv3_large_100",
            "resnet18",
            "resnet50", "shufflenet_v2_x1_0", "squeezenet1_0", "squeezenet1_1",
        ])
    func equalsAutograd(network: String) throws {
        // Given a network with known weights, and what autograd in float64 says of it
        let reference = try GradCAMReference.read()
        let expected = try #require(reference.networks.first { $0.network == network })
        let graph = try NetworkCatalogue.graph(network, classes: reference.classes)
        let parameters = try GradCAMReference.parameters(for: graph)
        let plan = try OneDNNBackend().inferencePlan(graph, parameters, PlanOptions(batch: 1, side: reference.side, threads: 1))
        let explainer = try GradCAM(graph, parameters)
        for map in expected.maps {
            // When a class is explained
            let found = try explainer.finding(reference.picture, label: map.label, plan: plan)
            // Then the map is autograd's, and the logits are those of a pass without explanation
            #expect(found.heat.side == map.rows.count)
            let wanted = map.rows.flatMap(\.self)
            let got = found.heat.values.map { Double($0) * Double(found.heat.peak) }
            let error = zip(got, wanted).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
            let length = wanted.map { $0 * $0 }.reduce(0, +).squareRoot()
            // Where nothing speaks for the class, the scale is that of the logits.
            let scale = max(length, 1e-3 * expected.logits.map { $0 * $0 }.reduce(0, +).squareRoot())
            print("\(network), class \(map.label): relative L2 error of the map \(error / scale)")
            #expect(error <= 1e-4 * scale)
            #expect(found.logits == reference.picture.withUnsafeBufferPointer { try? plan.run($0, count: 1) })
        }
        // And without a class, the likeliest one is explained
        let best = expected.logits.indices.max { expected.logits[$0] < expected.logits[$1] }
        #expect(try explainer.finding(reference.picture, label: nil, plan: plan).label == best)
    }

    @Test("a class that there is not, and a plan of another network, are refused") func refusesForeignThings() throws {
        let graph = try NetworkCatalogue.graph("squeezenet1_1", classes: 3), other = try NetworkCatalogue.graph("resnet18", classes: 3)
        let parameters = ParameterSet.initial(for: graph, seed: 1)
        let explainer = try GradCAM(graph, parameters)
        let picture = [Float](repeating: 0, count: 3 * 64 * 64)
        let plan = try OneDNNBackend().inferencePlan(graph, parameters, PlanOptions(batch: 1, side: 64, threads: 1))
        #expect(throws: EngineError.wrongCount(what: "classes", got: 4, expected: 3)) {
            try explainer.finding(picture, label: 3, plan: plan)
        }
        let stranger = try OneDNNBackend().inferencePlan(
            other, ParameterSet.initial(for: other, seed: 1), PlanOptions(batch: 1, side: 64, threads: 1))
        #expect(throws: EngineError.self) { try explainer.finding(picture, label: 0, plan: stranger) }
    }

    @Test("a network whose end is not one row of known layers, or that has no feature map, is refused with the layer's name")
    func refusesUnknownEnds() throws {
        // Given a network that adds two feature maps' means before its classifier
        var builder = GraphBuilder(architecture: "forked")
        let x = builder.convolution("stem", builder.input, outputs: 4, kernel: 3)
        let mean = builder.globalAveragePool(x)
        let forked = builder.head("head", builder.add(builder.linear("left", mean, outputs: 4), mean), classes: 2)
        #expect(throws: EngineError.self) { try NetworkTail(of: forked.fused()) }
        // And one that classifies the mean of the picture itself
        var plain = GraphBuilder(architecture: "plain")
        let direct = plain.head("head", plain.globalAveragePool(plain.input), classes: 2)
        #expect(
            throws: EngineError.unsupported(what: "plain, which has no layer that makes pictures before its classifier", by: "Grad-CAM")
        ) {
            try NetworkTail(of: direct.fused())
        }
    }
}
