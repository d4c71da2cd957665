import Engine

/// A fused network as a graph that trains with int8's rounding in its forward pass.
///
/// Batch norms are in the weights already, so that what is trained are the very numbers that become 8 bits: every convolution has a bias, and behind everything that an int8 plan
/// holds in 8 bits stands a fake quantisation on the layer's own grid. Poolings by maximum and rearrangements on one grid change no number and need none; features are float
/// in int8 plans too. The picture is rounded by the caller (``rounded(pictures:scale:)``), as nothing below it learns. Parameters bear the names of ``FoldedNetwork/weights``.
struct FakeQuantisedGraph {
    private(set) var nodes: [Graph.Node] = []
    /// For each layer, the node that holds its result.
    private var results: [Int] = []
    private let scales: [ActivationScale]
    private let channels: [Int]
    private let areFeatures: [Bool]

    /// - Parameters:
    ///   - scales: one a layer, of which poolings have their input's.
    ///   - headName: the layer that is the classification head.
    static func graph(of network: FusedNetwork, scales: [ActivationScale], headName: String) throws(QuantizationError) -> Graph {
        guard scales.count == network.layers.count else {
            throw .wrongCount(what: "activation scales", got: scales.count, expected: network.layers.count)
        }
        var made = FakeQuantisedGraph(scales: scales, channels: network.channels, areFeatures: network.areFeatures)
        for (index, layer) in network.layers.enumerated() { made.append(layer, index) }
        return Graph(architecture: network.architecture, classes: network.classes, nodes: made.nodes, headName: headName)
    }

    /// Pictures as an int8 plan reads them: on both sides of zero up to as many levels.
    static func rounded(pictures: [Float], scale: ActivationScale) -> [Float] {
        let factor = 1 / scale.scale, limit = scale.levels.upperBound
        return pictures.map { min(max(($0 * factor).rounded(.toNearestOrEven), -limit), limit) * scale.scale }
    }

    private init(scales: [ActivationScale], channels: [Int], areFeatures: [Bool]) {
        self.scales = scales
        self.channels = channels
        self.areFeatures = areFeatures
    }

    private mutating func append(_ layer: FusedNetwork.Layer, _ index: Int) {
        let inputs = layer.inputs.map { results[$0] }
        var node: Int
        var isRounded = true
        switch layer.kind {
        case .input(let channels):
            node = add(.input(channels: channels), [], name: "input")
            isRounded = false
        case .convolution(let convolution, _, let residual):
            node = add(.convolution(convolution.withBias), inputs, name: layer.name)
            if let residual { node = add(.add, [node, results[residual]]) }
        case .mixedConvolution(let parts, _, let residual):
            node = add(.mixedConvolution(parts.map(\.withBias)), inputs, name: layer.name)
            if let residual { node = add(.add, [node, results[residual]]) }
        case .linear(var linear, _):
            linear.hasBias = true
            node = add(.linear(linear), inputs, name: layer.name)
        case .maxPool(let pool):
            node = add(.maxPool(pool), inputs)
            isRounded = false
        case .averagePool(let pool): node = add(.averagePool(pool), inputs)
        case .globalAveragePool: node = add(.globalAveragePool, inputs)
        case .add: node = add(.add, inputs)
        case .activation: node = inputs[0]
        case .channelScale: node = add(.channelScale, inputs)
        case .route(let sources):
            node = route(sources, layer.inputs)
            isRounded = layer.inputs.contains { scales[$0] != scales[index] }
        }
        if let activation = layer.kind.activation { node = add(.activation(activation), [node]) }
        if isRounded, !areFeatures[index] { node = add(.fakeQuantisation(scales[index]), [node]) }
        results.append(node)
    }

    private mutating func add(_ operation: GraphOperation, _ inputs: [Int], name: String = "") -> Int {
        nodes.append(Graph.Node(name: name, operation: operation, inputs: inputs))
        return nodes.count - 1
    }

    /// Runs of neighbouring channels, one behind the other.
    private mutating func route(_ sources: [FusedNetwork.ChannelSource], _ layers: [Int]) -> Int {
        var parts: [Int] = []
        var first = 0
        while first < sources.count {
            var end = first + 1
            while end < sources.count, sources[end].input == sources[first].input, sources[end].channel == sources[end - 1].channel + 1 {
                end += 1
            }
            let layer = layers[sources[first].input]
            let isWhole = sources[first].channel == 0 && end - first == channels[layer]
            parts.append(
                isWhole ? results[layer] : add(.slice(start: sources[first].channel, count: end - first), [results[layer]]))
            first = end
        }
        return add(.concatenate, parts)
    }
}

extension Convolution {
    fileprivate var withBias: Convolution {
        var convolution = self
        convolution.hasBias = true
        return convolution
    }
}
