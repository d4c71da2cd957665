import Engine

/// Which layers are to be held on one grid, so that integers are handed on as they are: what a route gathers and the route, a pooling and what it reads.
///
/// With a grid for each layer every route would round once more, and in vain: what it gathers would be held more finely than what it becomes. A route copies through a table
/// from a layer of the other sign, and from one behind ReLU6, whose grid may be its bound (``ChannelEqualisation``) and must not grow.
struct SharedGrids {
    private let sets: [Int]
    private let keepsGrid: [Bool]

    init(_ network: FusedNetwork) {
        let signed = ActivationSigns.areSigned(network), areFeatures = network.areFeatures
        var sets = DisjointSets(count: network.layers.count)
        for (index, layer) in network.layers.enumerated() where !areFeatures[index] {
            switch layer.kind {
            case .route:
                for input in layer.inputs where signed[input] == signed[index] && network.layers[input].kind.activation != .relu6 {
                    sets.join(input, index)
                }
            case .maxPool, .averagePool: sets.join(layer.inputs[0], index)
            default: break
            }
        }
        self.sets = network.layers.indices.map { sets.root($0) }
        keepsGrid = network.layers.map(\.kind.keepsGrid)
    }

    /// The same scales, each the largest of its set; poolings have no say.
    func unified(_ scales: [ActivationScale]) -> [ActivationScale] {
        var largest: [Int: Float] = [:]
        for (index, scale) in scales.enumerated() where !keepsGrid[index] {
            largest[sets[index]] = max(largest[sets[index]] ?? 0, scale.scale)
        }
        return zip(sets, scales).map { ActivationScale(scale: largest[$0] ?? $1.scale, isSigned: $1.isSigned) }
    }
}

extension FusedNetwork.Kind {
    /// Whether its result is held on its input's grid.
    var keepsGrid: Bool {
        switch self {
        case .maxPool, .averagePool: true
        default: false
        }
    }
}
