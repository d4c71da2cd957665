import Engine

/// What a training plan runs as one: a node of the graph, or a batch norm with the addition and activation behind it.
struct TrainingUnit {
    enum Kind {
        case convolution(Convolution)
        /// `act(norm(x) + residual)`.
        case norm(BatchNorm, residual: Int?, activation: Activation?)
        /// `act(x + residual)` that no norm could take in.
        case elementwise(residual: Int?, activation: Activation?)
        case maxPool(MaxPool)
        case globalAveragePool
        case dropout(Float)
        case linear(Linear)
    }

    let name: String
    let kind: Kind
    /// The node whose result it reads, and the node whose result it makes.
    let input: Int
    let output: Int

    /// The units of a graph in an order that runs. Additions and activations go into the norm before them where nobody else reads what lies between.
    static func units(of graph: Graph) throws(EngineError) -> [TrainingUnit] {
        let consumers = graph.consumers
        var done = [Bool](repeating: false, count: graph.nodes.count)
        done[0] = true
        var units: [TrainingUnit] = []
        for (index, node) in graph.nodes.enumerated() where !done[index] {
            var tail = index
            func next() -> (Int, GraphOperation)? {
                guard consumers[tail].count == 1, let next = consumers[tail].first else { return nil }
                return (next, graph.nodes[next].operation)
            }
            func take(_ node: Int) {
                tail = node
                done[node] = true
            }
            func takeActivation() -> Activation? {
                guard case (let following, .activation(let activation))? = next() else { return nil }
                take(following)
                return activation
            }
            done[index] = true
            let kind: Kind
            switch node.operation {
            case .input: continue
            case .convolution(let convolution): kind = .convolution(convolution)
            case .batchNorm(let norm):
                var residual: Int?
                if case (let addition, .add)? = next() {
                    let inputs = graph.nodes[addition].inputs
                    let other = inputs[0] == tail ? inputs[1] : inputs[0]
                    if other != tail, done[other], units.contains(where: { $0.output == other }) || other == 0 {
                        residual = other
                        take(addition)
                    }
                }
                kind = .norm(norm, residual: residual, activation: takeActivation())
            case .add: kind = .elementwise(residual: node.inputs[1], activation: takeActivation())
            case .activation(let activation): kind = .elementwise(residual: nil, activation: activation)
            case .maxPool(let pool): kind = .maxPool(pool)
            case .globalAveragePool: kind = .globalAveragePool
            case .dropout(let probability): kind = .dropout(probability)
            case .linear(let linear): kind = .linear(linear)
            case .mixedConvolution, .averagePool, .channelScale, .concatenate, .slice, .shuffle, .stochasticDepth:
                throw .unsupported(what: "the operation of node '\(node.name)'", by: "training")
            }
            units.append(TrainingUnit(name: node.name.isEmpty ? "\(index)" : node.name, kind: kind, input: node.inputs[0], output: tail))
        }
        return units
    }
}

extension Activation? {
    /// The kernels' name of it.
    var code: UInt32 {
        switch self {
        case nil: 0
        case .relu: 1
        case .relu6: 2
        case .hardSwish: 3
        case .silu: 4
        case .sigmoid: 5
        case .hardSigmoid: 6
        }
    }
}
