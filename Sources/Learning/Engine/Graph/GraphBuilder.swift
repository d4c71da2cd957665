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

    package mutating func convolution(
        _ name: String, _ input: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        hasBias: Bool = false
    ) -> Int {
        let operation = Convolution(
            inputs: channelCounts[input], outputs: outputs, kernel: kernel, stride: stride, padding: padding ?? kernel / 2, groups: groups,
            hasBias: hasBias)
        return append(name, .convolution(operation), [input], channels: outputs)
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

    package mutating func maxPool(_ input: Int, kernel: Int, stride: Int, padding: Int) -> Int {
        append("", .maxPool(MaxPool(kernel: kernel, stride: stride, padding: padding)), [input], channels: channelCounts[input])
    }

    package mutating func globalAveragePool(_ input: Int) -> Int { append("", .globalAveragePool, [input], channels: channelCounts[input]) }

    package mutating func dropout(_ input: Int, probability: Float) -> Int {
        append("", .dropout(probability: probability), [input], channels: channelCounts[input])
    }

    /// Ends the network with its linear classification head.
    package mutating func head(_ name: String, _ input: Int, classes: Int) -> Graph {
        let inputs = channelCounts[input]
        _ = append(name, .linear(inputs: inputs, outputs: classes), [input], channels: classes)
        return Graph(architecture: architecture, classes: classes, nodes: nodes, headName: name)
    }
}
