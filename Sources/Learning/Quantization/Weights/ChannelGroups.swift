import Engine

/// Which channels of a network must be held at one scale because they are added, compared, averaged or handed on as they are; and which layers hang together by such
/// channels.
struct ChannelGroups {
    /// Layers of which one is fixed, or that hang together with one: their values must stay as they are.
    private(set) var isFixed: [Bool]
    private let offsets: [Int]
    private var channelSets: DisjointSets
    private var layerSets: DisjointSets

    /// - Parameter layers: indices of layers that are fixed besides those that have to be.
    init(_ network: FusedNetwork, fixed layers: Set<Int> = []) {
        let channels = network.channels
        var offsets = [0]
        for count in channels { offsets.append(offsets[offsets.count - 1] + count) }
        self.offsets = offsets
        channelSets = DisjointSets(count: offsets[channels.count])
        layerSets = DisjointSets(count: channels.count)
        isFixed = [Bool](repeating: false, count: channels.count)
        var fixed: [Int] = [channels.count - 1] + layers.filter(channels.indices.contains)
        for (index, layer) in network.layers.enumerated() {
            // Only these commute with a positive factor, ReLU6 with its bound divided by it.
            if ![nil, .relu, .relu6].contains(layer.kind.activation) { fixed.append(index) }
            switch layer.kind {
            case .input: fixed.append(index)
            case .convolution, .mixedConvolution: if let residual = layer.kind.residual { join(residual, index, channels[index]) }
            case .linear: break
            case .maxPool, .averagePool, .globalAveragePool, .add, .activation:
                for input in layer.inputs { join(input, index, channels[index]) }
            case .channelScale:
                join(layer.inputs[0], index, channels[index])
                fixed.append(layer.inputs[1])
            case .route(let sources):
                for (channel, source) in sources.enumerated() {
                    let input = layer.inputs[source.input]
                    layerSets.join(input, index)
                    channelSets.join(offsets[input] + source.channel, offsets[index] + channel)
                }
            }
        }
        for layer in fixed where layer >= 0 { isFixed[layerSets.root(layer)] = true }
        for layer in isFixed.indices { isFixed[layer] = isFixed[layerSets.root(layer)] }
    }

    private mutating func join(_ a: Int, _ b: Int, _ channels: Int) {
        layerSets.join(a, b)
        for channel in 0..<channels { channelSets.join(offsets[a] + channel, offsets[b] + channel) }
    }

    /// The layers that hang together, by ascending first layer.
    func families() -> [[Int]] {
        Dictionary(grouping: isFixed.indices, by: layerSets.root).values.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    }

    /// The number of the set of channels that channel `channel` of `layer` belongs to.
    func set(_ layer: Int, _ channel: Int) -> Int { channelSets.root(offsets[layer] + channel) }
}
