import Engine

/// Turns a graph into units in an order that runs. Additions and activations go into what stands before them, rearrangements behind one another become one
/// (and none where only rearrangements read it), all where nobody else reads what lies between. Dropout and stochastic depth of probability 0 vanish.
struct TrainingUnits {
    private let graph: Graph
    private let consumers: [[Int]]
    private var done: [Bool]
    private(set) var units: [TrainingUnit] = []
    /// For each node, the node whose buffer holds its result.
    private var holder: [Int]
    private var isMade: [Bool]
    private var channels: [Int] = []
    private var routes: [Int: [ChannelOrigin]] = [:]
    /// Outputs of squeezed norms.
    private var squeezed: Set<Int> = []

    static func units(of graph: Graph) throws(EngineError) -> [TrainingUnit] {
        var units = TrainingUnits(graph)
        for (index, node) in graph.nodes.enumerated() {
            units.channels.append(node.operation.outputChannels(inputs: node.inputs.map { units.channels[$0] }))
            if !units.done[index] { try units.append(index) }
        }
        return units.units
    }

    private init(_ graph: Graph) {
        self.graph = graph
        consumers = graph.consumers
        done = [Bool](repeating: false, count: graph.nodes.count)
        isMade = done
        holder = Array(graph.nodes.indices)
    }

    private mutating func append(_ index: Int) throws(EngineError) {
        let node = graph.nodes[index]
        done[index] = true
        var tail = index
        let kind: TrainingUnit.Kind
        switch node.operation {
        case .input:
            isMade[index] = true
            return
        case .dropout(let probability):
            if probability <= 0 { return pass(index) }
            kind = .dropout(probability)
        case .stochasticDepth(let probability):
            if probability <= 0 { return pass(index) }
            kind = .stochasticDepth(probability)
        case .concatenate, .slice, .shuffle:
            guard let origins = try route(index) else { return }
            kind = .route(origins)
        case .convolution(let convolution):
            let part = ConvolutionPart(convolution: convolution, weight: "\(node.name).weight")
            kind = .convolution([part], activation: takeActivation(&tail, of: [.relu, .relu6]))
        case .mixedConvolution(let parts):
            let named = parts.enumerated().map { ConvolutionPart(convolution: $1, weight: "\(node.name).\($0).weight") }
            kind = .convolution(named, activation: takeActivation(&tail, of: [.relu, .relu6]))
        case .batchNorm(let norm):
            let (depth, residual) = takeAddition(&tail)
            let activation = takeActivation(&tail, of: Activation.allCases)
            if depth == 0, residual == nil, let pool = takeSqueeze(tail) {
                kind = .squeezedNorm(norm, activation: activation, pool: pool)
            } else {
                kind = .norm(norm, depth: depth, residual: residual, activation: activation)
            }
        case .add: kind = .elementwise(residual: holder[node.inputs[1]], activation: takeActivation(&tail, of: [.relu, .relu6]))
        case .activation(let activation): kind = .elementwise(residual: nil, activation: activation)
        case .channelScale:
            let pictures = node.inputs[0], gate = holder[node.inputs[1]]
            kind = squeezed.contains(pictures) ? .gatedNorm(norm: pictures, gate: gate) : .channelScale(gate: gate)
        case .maxPool(let pool): kind = .maxPool(pool)
        case .averagePool(let pool): kind = .averagePool(pool)
        case .globalAveragePool: kind = .globalAveragePool
        case .linear(let linear): kind = .linear(linear)
        case .fakeQuantisation(let scale): kind = .fakeQuantisation(scale)
        }
        isMade[tail] = true
        let first: Int
        if case .route(let origins) = kind, let origin = origins.first { first = origin.node } else { first = holder[node.inputs[0]] }
        units.append(TrainingUnit(name: node.name.isEmpty ? "\(index)" : node.name, kind: kind, input: first, output: tail))
    }

    /// A node that changes nothing.
    private mutating func pass(_ index: Int) {
        let input = graph.nodes[index].inputs[0]
        holder[index] = holder[input]
        isMade[index] = isMade[holder[input]]
        if let route = routes[input] { routes[index] = route }
    }

    /// The only reader of a node, past those that change nothing.
    private func next(_ tail: Int) -> (Int, GraphOperation)? {
        guard consumers[tail].count == 1, let next = consumers[tail].first else { return nil }
        return (next, graph.nodes[next].operation)
    }

    private mutating func take(_ node: Int, _ tail: inout Int) {
        tail = node
        done[node] = true
    }

    private mutating func takeActivation(_ tail: inout Int, of allowed: [Activation]) -> Activation? {
        guard case (let following, .activation(let activation))? = next(tail), allowed.contains(activation) else { return nil }
        take(following, &tail)
        return activation
    }

    /// Stochastic depth and the addition behind it; the other operand must be there already.
    private mutating func takeAddition(_ tail: inout Int) -> (depth: Float, residual: Int?) {
        var end = tail
        var depth: Float = 0
        if case (let following, .stochasticDepth(let probability))? = next(tail) {
            end = following
            depth = max(0, probability)
        }
        guard case (let addition, .add)? = next(end) else { return (0, nil) }
        let inputs = graph.nodes[addition].inputs
        let other = holder[inputs[0] == end ? inputs[1] : inputs[0]]
        guard other != end, isMade[other] else { return (0, nil) }
        if end != tail { take(end, &tail) }
        take(addition, &tail)
        return (depth, other)
    }

    /// The global mean of a result that is otherwise only scaled by channel.
    private mutating func takeSqueeze(_ tail: Int) -> Int? {
        guard consumers[tail].count == 2,
            let pool = consumers[tail].first(where: { graph.nodes[$0].operation == .globalAveragePool }),
            let scale = consumers[tail].first(where: { graph.nodes[$0].operation == .channelScale }),
            graph.nodes[scale].inputs[0] == tail, graph.nodes[scale].inputs[1] != tail
        else { return nil }
        done[pool] = true
        isMade[pool] = true
        squeezed.insert(tail)
        return pool
    }

    // MARK: Rearrangements

    /// Where the channels of a rearranging node come from; nil where nothing but rearrangements reads it.
    private mutating func route(_ index: Int) throws(EngineError) -> [ChannelOrigin]? {
        let node = graph.nodes[index]
        let sources = node.inputs.flatMap { input in
            routes[input] ?? (0..<channels[input]).map { ChannelOrigin(node: holder[input], channel: $0) }
        }
        let origins = try node.operation.rearranged(sources, node: index)
        let onlyRearranged = !consumers[index].isEmpty && consumers[index].allSatisfy { graph.nodes[$0].operation.isRearrangement }
        if onlyRearranged { routes[index] = origins }
        return onlyRearranged ? nil : origins
    }
}
