import Engine

/// Follows the channels through a network that was read from a file, so that a wrong document is refused with all its faults and no plan ever meets it.
struct StructureCheck {
    /// A layer's result: how many channels, and whether height and width are gone.
    private struct Form: Equatable {
        var channels: Int
        var isFlat: Bool
    }

    private(set) var faults: [String] = []
    private var forms: [Form] = []
    private var names: Set<String> = []

    /// Everything that is wrong with a graph, as sentences.
    static func faults(of graph: Graph) -> [String] {
        var check = StructureCheck()
        for (index, node) in graph.nodes.enumerated() {
            let label = "node \(index)"
            switch node.operation {
            case .input(let channels): check.input(index, channels, label)
            case .convolution(let convolution):
                check.named(node.name, label)
                check.convolution(convolution, check.form(node.inputs, 1, index, label), label)
            case .batchNorm(let norm):
                check.named(node.name, label)
                check.same(check.form(node.inputs, 1, index, label), channels: norm.channels, label)
            case .activation, .dropout: check.forms.append(check.form(node.inputs, 1, index, label))
            case .add: check.addition(node.inputs, index, label)
            case .maxPool(let pool): check.pool(pool, check.form(node.inputs, 1, index, label), label)
            case .globalAveragePool: check.globalPool(check.form(node.inputs, 1, index, label), label)
            case .linear(let inputs, let outputs):
                check.named(node.name, label)
                check.linear(inputs, outputs, check.form(node.inputs, 1, index, label), label)
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
            case .input(let channels): check.input(index, channels, label)
            case .convolution(let convolution, _, let residual):
                check.named(layer.name, label)
                check.convolution(convolution, check.form(Array(layer.inputs.prefix(1)), 1, index, label), label)
                if let residual { check.residual(residual, index, label) }
            case .maxPool(let pool): check.pool(pool, check.form(layer.inputs, 1, index, label), label)
            case .globalAveragePool: check.globalPool(check.form(layer.inputs, 1, index, label), label)
            case .linear(let inputs, let outputs):
                check.named(layer.name, label)
                check.linear(inputs, outputs, check.form(layer.inputs, 1, index, label), label)
            case .add: check.addition(layer.inputs, index, label)
            case .activation: check.forms.append(check.form(layer.inputs, 1, index, label))
            }
        }
        check.end(classes: network.classes)
        return check.faults
    }

    private mutating func input(_ index: Int, _ channels: Int, _ label: String) {
        if index != 0 { faults.append("\(label) is an input, only the first may be") }
        if channels != 3 { faults.append("the input has \(channels) channels, allowed are 3") }
        forms.append(Form(channels: channels, isFlat: false))
    }

    /// The form of the first of exactly `count` inputs, all of which must come before `index`.
    private mutating func form(_ inputs: [Int], _ count: Int, _ index: Int, _ label: String) -> Form {
        if index == 0 { faults.append("the first layer is not the input") }
        guard inputs.count == count, inputs.allSatisfy({ forms.indices.contains($0) }), let first = inputs.first else {
            faults.append("\(label) reads \(inputs), allowed are \(count) of the layers before it")
            return Form(channels: 0, isFlat: false)
        }
        return forms[first]
    }

    private mutating func named(_ name: String, _ label: String) {
        if name.isEmpty { faults.append("\(label) has parameters but no name") }
        if !names.insert(name).inserted { faults.append("\(label) has the name \(name) of another") }
    }

    private mutating func convolution(_ c: Convolution, _ input: Form, _ label: String) {
        let range = 1...65_536
        if !range.contains(c.inputs) || !range.contains(c.outputs) || !(1...31).contains(c.kernel) || !(1...31).contains(c.stride)
            || !(0...31).contains(c.padding) || !range.contains(c.groups) || c.inputs % max(c.groups, 1) != 0
            || c.outputs % max(c.groups, 1) != 0
        {
            faults.append("\(label) is an impossible convolution: \(c)")
        }
        if input.isFlat || input.channels != c.inputs { faults.append("\(label) takes \(c.inputs) channels, it gets \(input.channels)") }
        forms.append(Form(channels: c.outputs, isFlat: false))
    }

    private mutating func same(_ input: Form, channels: Int, _ label: String) {
        if input.isFlat || input.channels != channels { faults.append("\(label) takes \(channels) channels, it gets \(input.channels)") }
        forms.append(input)
    }

    private mutating func residual(_ residual: Int, _ index: Int, _ label: String) {
        guard (0..<index).contains(residual) else {
            faults.append("\(label) adds layer \(residual), allowed are those before it")
            return
        }
        if forms[residual] != forms[index] { faults.append("\(label) adds layer \(residual) of another shape") }
    }

    private mutating func addition(_ inputs: [Int], _ index: Int, _ label: String) {
        let first = form(inputs, 2, index, label)
        if inputs.count == 2, forms.indices.contains(inputs[1]), forms[inputs[1]] != first {
            faults.append("\(label) adds two different shapes")
        }
        forms.append(first)
    }

    private mutating func pool(_ pool: MaxPool, _ input: Form, _ label: String) {
        if !(1...31).contains(pool.kernel) || !(1...31).contains(pool.stride) || !(0...15).contains(pool.padding)
            || pool.padding * 2 > pool.kernel
        {
            faults.append("\(label) is an impossible pooling: \(pool)")
        }
        if input.isFlat { faults.append("\(label) pools what has no height and width") }
        forms.append(input)
    }

    private mutating func globalPool(_ input: Form, _ label: String) {
        if input.isFlat { faults.append("\(label) pools what has no height and width") }
        forms.append(Form(channels: input.channels, isFlat: true))
    }

    private mutating func linear(_ inputs: Int, _ outputs: Int, _ input: Form, _ label: String) {
        let range = 1...1_048_576
        if !range.contains(inputs) || !range.contains(outputs) {
            faults.append("\(label) is an impossible linear layer: \(inputs) to \(outputs)")
        }
        if !input.isFlat || input.channels != inputs { faults.append("\(label) takes \(inputs) features, it gets \(input.channels)") }
        forms.append(Form(channels: outputs, isFlat: true))
    }

    private mutating func end(classes: Int) {
        guard let last = forms.last, forms.count > 1 else {
            faults.append("the network has no layers")
            return
        }
        if !last.isFlat || last.channels != classes { faults.append("the last layer has \(last.channels) results for \(classes) classes") }
    }
}
