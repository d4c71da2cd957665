/// Turns a graph into the layers that inference runs.
struct Fusion {
    /// The batch norm that was folded into a layer.
    struct Norm {
        let name: String
        let epsilon: Float
    }

    /// A channel of a node that is more than a rearrangement.
    private struct Origin {
        let node: Int
        let channel: Int
    }

    /// For each layer made, the norm folded into it.
    private(set) var norms: [Norm?] = []
    private let graph: Graph
    private let consumers: [[Int]]
    private var layers: [FusedNetwork.Layer] = []
    /// For each node, the layer that holds its result.
    private var layerOf: [Int?]
    /// For each rearranging node, where its channels come from.
    private var routes: [Int: [Origin]] = [:]
    private var channels: [Int] = []

    init(of graph: Graph) {
        self.graph = graph
        consumers = graph.consumers
        layerOf = [Int?](repeating: nil, count: graph.nodes.count)
    }

    mutating func run() throws(EngineError) -> FusedNetwork {
        for (index, node) in graph.nodes.enumerated() {
            channels.append(node.operation.outputChannels(inputs: node.inputs.map { channels[$0] }))
            if layerOf[index] == nil { try fuse(index) }
        }
        return FusedNetwork(architecture: graph.architecture, classes: graph.classes, layers: layers)
    }

    private mutating func fuse(_ index: Int) throws(EngineError) {
        let node = graph.nodes[index]
        var tail = index
        switch node.operation {
        case .input(let channels): append(.input(channels: channels), index, tail, inputs: [])
        case .maxPool(let pool): append(.maxPool(pool), index, tail, inputs: [try layer(node.inputs[0])])
        case .averagePool(let pool): append(.averagePool(pool), index, tail, inputs: [try layer(node.inputs[0])])
        case .globalAveragePool: append(.globalAveragePool, index, tail, inputs: [try layer(node.inputs[0])])
        case .dropout, .stochasticDepth, .fakeQuantisation:
            layerOf[index] = try layer(node.inputs[0])
        case .activation(let activation): append(.activation(activation), index, tail, inputs: [try layer(node.inputs[0])])
        case .channelScale: append(.channelScale, index, tail, inputs: [try layer(node.inputs[0]), try layer(node.inputs[1])])
        case .linear(let linear):
            let activation = takeActivation(after: &tail)
            append(.linear(linear, activation: activation), index, tail, inputs: [try layer(node.inputs[0])])
        case .add:
            let inputs = [try layer(node.inputs[0]), try layer(node.inputs[1])]
            let activation = takeActivation(after: &tail)
            append(.add(activation: activation), index, tail, inputs: inputs)
        case .concatenate, .slice, .shuffle: try route(index)
        case .batchNorm: throw .unsupported(what: "batch norm \(node.name) without a convolution of its own", by: "folding")
        case .convolution(let convolution):
            let (norm, residual, activation) = takeConvolutionTail(&tail)
            append(
                .convolution(convolution, activation: activation, residual: residual), index, tail, inputs: [try layer(node.inputs[0])],
                norm: norm)
        case .mixedConvolution(let parts):
            let (norm, residual, activation) = takeConvolutionTail(&tail)
            append(
                .mixedConvolution(parts, activation: activation, residual: residual), index, tail, inputs: [try layer(node.inputs[0])],
                norm: norm)
        }
    }

    private func layer(_ node: Int) throws(EngineError) -> Int {
        guard let layer = layerOf[node] else { throw .unsupported(what: "node \(node) '\(graph.nodes[node].name)'", by: "fusion") }
        return layer
    }

    /// Makes a layer for the nodes from `index` to `tail`, each the only reader of the one before it.
    private mutating func append(_ kind: FusedNetwork.Kind, _ index: Int, _ tail: Int, inputs: [Int], norm: Norm? = nil) {
        layers.append(FusedNetwork.Layer(name: graph.nodes[index].name, kind: kind, inputs: inputs))
        norms.append(norm)
        var node = index
        layerOf[node] = layers.count - 1
        while node != tail, let next = onlyReader(of: node) {
            node = next
            layerOf[node] = layers.count - 1
        }
    }

    private func onlyReader(of node: Int) -> Int? { consumers[node].count == 1 ? consumers[node].first : nil }

    private func takeActivation(after tail: inout Int) -> Activation? {
        guard let next = onlyReader(of: tail), case .activation(let activation) = graph.nodes[next].operation else { return nil }
        tail = next
        return activation
    }

    private func takeConvolutionTail(_ tail: inout Int) -> (Norm?, residual: Int?, Activation?) {
        var norm: Norm?
        if let next = onlyReader(of: tail), case .batchNorm(let batchNorm) = graph.nodes[next].operation {
            norm = Norm(name: graph.nodes[next].name, epsilon: batchNorm.epsilon)
            tail = next
        }
        var residual: Int?
        var end = tail
        while let next = onlyReader(of: end), case .stochasticDepth = graph.nodes[next].operation { end = next }
        // The later of the two operands takes the addition in: the other one is there by then.
        if let next = onlyReader(of: end), case .add = graph.nodes[next].operation {
            let other = graph.nodes[next].inputs[0] == end ? graph.nodes[next].inputs[1] : graph.nodes[next].inputs[0]
            if other != end, let ready = layerOf[other] {
                residual = ready
                tail = next
            }
        }
        return (norm, residual, takeActivation(after: &tail))
    }

    /// Rearrangements behind one another become one; one that only rearrangements read makes no layer.
    private mutating func route(_ index: Int) throws(EngineError) {
        let node = graph.nodes[index]
        let sources = node.inputs.flatMap { input in
            routes[input] ?? (0..<channels[input]).map { Origin(node: input, channel: $0) }
        }
        let origins = try node.operation.rearranged(sources, node: index)
        routes[index] = origins
        let onlyRearranged = !consumers[index].isEmpty && consumers[index].allSatisfy { graph.nodes[$0].operation.isRearrangement }
        guard !onlyRearranged else { return }
        var inputs: [Int] = []
        var channelSources: [FusedNetwork.ChannelSource] = []
        for origin in origins {
            let layer = try layer(origin.node)
            let position = inputs.firstIndex(of: layer) ?? inputs.count
            if position == inputs.count { inputs.append(layer) }
            channelSources.append(FusedNetwork.ChannelSource(input: position, channel: origin.channel))
        }
        append(.route(channelSources), index, index, inputs: inputs)
    }
}
