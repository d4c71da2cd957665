/// Writes a ``Graph`` node by node. Architectures are code of ours, so a wrong one is a programming error and is caught by the table tests.
package struct GraphBuilder {
    private var nodes: [Graph.Node] = []
    private var channelCounts: [Int] = []
    private let architecture: String

    package init(architecture: String, channels: Int = 3) {
        self.architecture = architecture
        nodes = [Graph.Node(name: "input", operation: .input(channels: channels), inputs: [])]
        channelCounts = [channels]
    }

    package var input: Int { 0 }
    package func channels(of node: Int) -> Int { channelCounts[node] }

    private mutating func append(_ name: String, _ operation: GraphOperation, _ inputs: [Int], channels: Int) -> Int {
        nodes.append(Graph.Node(name: name, operation: operation, inputs: inputs))
        channelCounts.append(channels)
        return nodes.count - 1
    }

    /// - Parameter padding: half the kernel on each side, unless said otherwise.
    package mutating func convolution(
        _ name: String, _ input: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Padding? = nil, groups: Int = 1,
        hasBias: Bool = false
    ) -> Int {
        let operation = Convolution(
            inputs: channelCounts[input], outputs: outputs, kernel: kernel, stride: stride, padding: padding ?? .symmetric(kernel / 2),
            groups: groups, hasBias: hasBias)
        return append(name, .convolution(operation), [input], channels: outputs)
    }

    /// - Parameter parts: their inputs add up to the input's channels.
    package mutating func mixedConvolution(_ name: String, _ input: Int, parts: [Convolution]) -> Int {
        append(name, .mixedConvolution(parts), [input], channels: parts.reduce(0) { $0 + $1.outputs })
    }

    package mutating func batchNorm(_ name: String, _ input: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) -> Int {
        append(
            name, .batchNorm(BatchNorm(channels: channelCounts[input], epsilon: epsilon, momentum: momentum)), [input],
            channels: channelCounts[input])
    }

    package mutating func activation(_ activation: Activation, _ input: Int) -> Int {
        append("", .activation(activation), [input], channels: channelCounts[input])
    }

    package mutating func add(_ a: Int, _ b: Int) -> Int { append("", .add, [a, b], channels: channelCounts[a]) }

    /// Pictures times one number for each picture and channel.
    package mutating func channelScale(_ pictures: Int, by features: Int) -> Int {
        append("", .channelScale, [pictures, features], channels: channelCounts[pictures])
    }

    package mutating func concatenate(_ inputs: [Int]) -> Int {
        append("", .concatenate, inputs, channels: inputs.reduce(0) { $0 + channelCounts[$1] })
    }

    /// The parts of an activation whose channels are split in this order.
    package mutating func split(_ input: Int, into counts: [Int]) -> [Int] {
        var start = 0
        var parts: [Int] = []
        for count in counts {
            parts.append(append("", .slice(start: start, count: count), [input], channels: count))
            start += count
        }
        return parts
    }

    package mutating func shuffle(_ input: Int, groups: Int) -> Int {
        append("", .shuffle(groups: groups), [input], channels: channelCounts[input])
    }

    package mutating func maxPool(_ input: Int, kernel: Int, stride: Int, padding: Padding = .symmetric(0), ceilMode: Bool = false) -> Int {
        append(
            "", .maxPool(MaxPool(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)), [input],
            channels: channelCounts[input])
    }

    package mutating func averagePool(_ input: Int, kernel: Int, stride: Int, padding: Padding = .symmetric(0)) -> Int {
        append("", .averagePool(AveragePool(kernel: kernel, stride: stride, padding: padding)), [input], channels: channelCounts[input])
    }

    package mutating func globalAveragePool(_ input: Int) -> Int { append("", .globalAveragePool, [input], channels: channelCounts[input]) }

    package mutating func dropout(_ input: Int, probability: Float) -> Int {
        append("", .dropout(probability: probability), [input], channels: channelCounts[input])
    }

    package mutating func stochasticDepth(_ input: Int, probability: Float) -> Int {
        append("", .stochasticDepth(probability: probability), [input], channels: channelCounts[input])
    }

    package mutating func fakeQuantisation(_ input: Int, _ scale: ActivationScale) -> Int {
        append("", .fakeQuantisation(scale), [input], channels: channelCounts[input])
    }

    /// A linear layer on features that is not the head.
    package mutating func linear(_ name: String, _ input: Int, outputs: Int, hasBias: Bool = true, isPointwise: Bool = false) -> Int {
        let operation = Linear(inputs: channelCounts[input], outputs: outputs, hasBias: hasBias, isPointwise: isPointwise)
        return append(name, .linear(operation), [input], channels: outputs)
    }

    /// Ends the network with its linear classification head.
    package mutating func head(_ name: String, _ input: Int, classes: Int) -> Graph {
        _ = linear(name, input, outputs: classes)
        return graph(headName: name, classes: classes)
    }

    /// Ends the network: the last node's result are the logits, the node `headName` holds the parameters of the classification head (which need not be the last
    /// node: SqueezeNet's is a 1×1 convolution before the global pooling).
    package func graph(headName: String, classes: Int) -> Graph {
        Graph(architecture: architecture, classes: classes, nodes: nodes, headName: headName)
    }
}
