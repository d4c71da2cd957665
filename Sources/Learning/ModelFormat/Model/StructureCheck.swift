import Engine

/// Follows the channels through a network that was read from a file, so that a wrong document is refused with all its faults and no plan ever meets it.
struct StructureCheck {
    /// A layer's result: how many channels, and whether height and width are gone.
    struct Form: Equatable {
        var channels: Int
        var isFlat: Bool
    }

    var faults: [String] = []
    var forms: [Form] = []
    var names: Set<String> = []

    /// Everything that is wrong with a graph, as sentences.
    static func faults(of graph: Graph) -> [String] {
        var check = StructureCheck()
        for (index, node) in graph.nodes.enumerated() {
            let label = "node \(index)"
            switch node.operation {
            case .input(let channels): check.input(index, channels, node.inputs, label)
            case .convolution(let convolution):
                check.named(node.name, label)
                check.convolution(convolution, check.form(node.inputs, 1, index, label), label)
            case .batchNorm(let norm):
                check.named(node.name, label)
                check.same(check.form(node.inputs, 1, index, label), channels: norm.channels, label)
            case .mixedConvolution(let parts):
                check.named(node.name, label)
                check.mixedConvolution(parts, check.form(node.inputs, 1, index, label), label)
            case .channelScale: check.scale(node.inputs, index, label)
            case .concatenate: check.concatenation(node.inputs, index, label)
            case .slice(let start, let count): check.slice(start, count, check.form(node.inputs, 1, index, label), label)
            case .shuffle(let groups): check.shuffle(groups, check.form(node.inputs, 1, index, label), label)
            case .averagePool(let pool):
                check.pool(pool.kernel, pool.stride, pool.padding, check.form(node.inputs, 1, index, label), label)
            case .activation, .dropout, .stochasticDepth: check.forms.append(check.form(node.inputs, 1, index, label))
            case .fakeQuantisation:
                check.faults.append("\(label) rounds to 8 bits, which only training does")
                check.forms.append(check.form(node.inputs, 1, index, label))
            case .add: check.addition(node.inputs, index, label)
            case .maxPool(let pool): check.pool(pool.kernel, pool.stride, pool.padding, check.form(node.inputs, 1, index, label), label)
            case .globalAveragePool: check.globalPool(check.form(node.inputs, 1, index, label), label)
            case .linear(let linear):
                check.named(node.name, label)
                check.linear(linear.inputs, linear.outputs, check.form(node.inputs, 1, index, label), label)
            }
        }
        check.end(classes: graph.classes)
        if !graph.nodes.contains(where: { $0.name == graph.headName && !$0.name.isEmpty }) {
            check.faults.append("no node is the head \(graph.headName)")
        }
        return check.faults
    }

    /// Everything that is wrong with a fused network, as sentences.
    static func faults(of network: FusedNetwork) -> [String] {
        var check = StructureCheck()
        for (index, layer) in network.layers.enumerated() {
            let label = "layer \(index)"
            switch layer.kind {
            case .input(let channels): check.input(index, channels, layer.inputs, label)
            case .convolution(let convolution, _, let residual):
                check.named(layer.name, label)
                check.convolution(convolution, check.form(layer.inputs, 1, index, label), label)
                if let residual { check.residual(residual, index, label) }
            case .maxPool(let pool): check.pool(pool.kernel, pool.stride, pool.padding, check.form(layer.inputs, 1, index, label), label)
            case .globalAveragePool: check.globalPool(check.form(layer.inputs, 1, index, label), label)
            case .linear(let linear, _):
                check.named(layer.name, label)
                check.linear(linear.inputs, linear.outputs, check.form(layer.inputs, 1, index, label), label)
            case .add: check.addition(layer.inputs, index, label)
            case .mixedConvolution(let parts, _, let residual):
                check.named(layer.name, label)
                check.mixedConvolution(parts, check.form(layer.inputs, 1, index, label), label)
                if let residual { check.residual(residual, index, label) }
            case .channelScale: check.scale(layer.inputs, index, label)
            case .route(let sources): check.route(sources, layer.inputs, index, label)
            case .averagePool(let pool):
                check.pool(pool.kernel, pool.stride, pool.padding, check.form(layer.inputs, 1, index, label), label)
            case .activation: check.forms.append(check.form(layer.inputs, 1, index, label))
            }
        }
        check.end(classes: network.classes)
        return check.faults
    }
}
