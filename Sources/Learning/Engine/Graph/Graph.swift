/// A network as a list of operations in an order in which each one's inputs come before it. Built once per architecture.
///
/// Invariants, held by ``GraphBuilder``: node 0 is the only input; the last node is the logits `[batch, classes]`; names of nodes with parameters are unique and are
/// the prefixes of their parameters (`layer1.0.conv1` owns `layer1.0.conv1.weight`).
package struct Graph: Sendable, Codable, Equatable {
    package struct Node: Sendable, Codable, Equatable {
        package let name: String
        package let operation: GraphOperation
        /// Indices of the nodes whose results this one reads, in order.
        package let inputs: [Int]

        package init(name: String, operation: GraphOperation, inputs: [Int]) {
            self.name = name
            self.operation = operation
            self.inputs = inputs
        }
    }

    /// The network's name, `resnet18`.
    package let architecture: String
    package let classes: Int
    package let nodes: [Node]
    /// The node whose parameters are the classification head, `fc` or `classifier.1`.
    package let headName: String

    package init(architecture: String, classes: Int, nodes: [Node], headName: String) {
        self.architecture = architecture
        self.classes = classes
        self.nodes = nodes
        self.headName = headName
    }

    /// Every parameter and buffer, in the order of the nodes, with state-dictionary names.
    package var parameterSpecifications: [ParameterSpecification] {
        nodes.flatMap { node -> [ParameterSpecification] in
            let isHead = node.name == headName
            func parameter(_ suffix: String, _ shape: [Int], _ role: ParameterRole) -> ParameterSpecification {
                ParameterSpecification(name: "\(node.name).\(suffix)", shape: shape, role: role, isHead: isHead)
            }
            switch node.operation {
            case .convolution(let convolution):
                let weight = parameter("weight", convolution.weightShape, .weight)
                return convolution.hasBias ? [weight, parameter("bias", [convolution.outputs], .bias)] : [weight]
            case .mixedConvolution(let parts):
                let weights = parts.enumerated().map { index, part in parameter("\(index).weight", part.weightShape, .weight) }
                guard parts.hasBias else { return weights }
                return weights + [parameter("bias", [parts.reduce(0) { $0 + $1.outputs }], .bias)]
            case .batchNorm(let norm):
                let shape = [norm.channels]
                return [
                    parameter("weight", shape, .normScale), parameter("bias", shape, .normShift),
                    parameter("running_mean", shape, .runningMean),
                    parameter("running_var", shape, .runningVariance),
                ]
            case .linear(let linear):
                let weight = parameter("weight", linear.weightShape, .weight)
                return linear.hasBias ? [weight, parameter("bias", [linear.outputs], .bias)] : [weight]
            case .input, .activation, .add, .channelScale, .concatenate, .slice, .shuffle, .maxPool, .averagePool, .globalAveragePool,
                .dropout, .stochasticDepth, .fakeQuantisation:
                return []
            }
        }
    }

    /// The number of trainable numbers.
    package var parameterCount: Int { parameterSpecifications.filter(\.role.isTrainable).reduce(0) { $0 + $1.count } }

    /// The result shape of every node for pictures of `side` × `side`.
    /// - Throws: ``EngineError/pictureTooSmall(architecture:side:node:)`` where a result would be empty, ``EngineError/unsupported(what:by:)`` where one would be larger than
    ///   ``mostPixels`` or where what is added or concatenated differs in height or width.
    package func shapes(batch: Int, side: Int) throws(EngineError) -> [[Int]] {
        var shapes: [[Int]] = []
        for node in nodes {
            let input = node.inputs.first.map { shapes[$0] } ?? []
            let shape: [Int]
            switch node.operation {
            case .input(let channels): shape = [batch, channels, side, side]
            case .convolution(let convolution):
                shape = [batch, convolution.outputs, convolution.outputSide(input[2]), convolution.outputSide(input[3])]
            case .mixedConvolution(let parts):
                guard let first = parts.first else { throw .unsupported(what: "a mixed convolution without parts", by: "shapes") }
                let outputs = parts.reduce(0) { $0 + $1.outputs }
                shape = [batch, outputs, first.outputSide(input[2]), first.outputSide(input[3])]
            case .maxPool(let pool): shape = [batch, input[1], pool.outputSide(input[2]), pool.outputSide(input[3])]
            case .averagePool(let pool): shape = [batch, input[1], pool.outputSide(input[2]), pool.outputSide(input[3])]
            case .concatenate:
                shape = [batch, node.inputs.reduce(0) { $0 + shapes[$1][1] }] + input.dropFirst(2)
            case .slice(_, let count): shape = [batch, count] + input.dropFirst(2)
            case .globalAveragePool: shape = [batch, input[1]]
            case .linear(let linear): shape = [batch, linear.outputs]
            case .batchNorm, .activation, .add, .channelScale, .shuffle, .dropout, .stochasticDepth, .fakeQuantisation: shape = input
            }
            guard shape.allSatisfy({ $0 > 0 }) else { throw .pictureTooSmall(architecture: architecture, side: side, node: node.name) }
            try Self.check(shape, of: node.name)
            switch node.operation {
            case .add, .concatenate: try Self.check(node.inputs.map { shapes[$0] }, areAs: Array(input.dropFirst(2)), for: node.name)
            default: break
            }
            shapes.append(shape)
        }
        return shapes
    }

    /// Pixels of a result: what 32-bit sums of bytes over all of them hold, and far more than any network here has.
    package static var mostPixels: Int { 1 << 23 }

    /// - Throws: ``EngineError/unsupported(what:by:)`` for a result of more than ``mostPixels``.
    package static func check(_ shape: [Int], of name: String) throws(EngineError) {
        let sides = shape.dropFirst(2)
        guard sides.allSatisfy({ $0 <= mostPixels }), sides.reduce(1, *) <= mostPixels else {
            throw .unsupported(what: "a result of \(sides.map(String.init).joined(separator: " × ")) pixels, '\(name)'", by: "plans")
        }
    }

    /// - Throws: ``EngineError/unsupported(what:by:)`` where one of the shapes has another height or width.
    package static func check(_ shapes: [[Int]], areAs sides: [Int], for name: String) throws(EngineError) {
        guard shapes.allSatisfy({ Array($0.dropFirst(2)) == sides }) else {
            throw .unsupported(what: "results of different height or width brought together, '\(name)'", by: "plans")
        }
    }

    /// Multiply-adds of convolutions and linear layers for one picture of `side` × `side`.
    package func multiplyAdds(side: Int) throws(EngineError) -> Int {
        let shapes = try shapes(batch: 1, side: side)
        return zip(nodes, shapes).reduce(0) { total, pair in
            switch pair.0.operation {
            case .convolution(let c): total + c.weightShape.reduce(1, *) * pair.1[2] * pair.1[3]
            case .mixedConvolution(let parts): total + parts.reduce(0) { $0 + $1.weightShape.reduce(1, *) } * pair.1[2] * pair.1[3]
            case .linear(let linear): total + linear.inputs * linear.outputs
            default: total
            }
        }
    }
}

extension Graph {
    /// The same network with the probability of every dropout and stochastic depth at zero.
    package var withoutDropout: Graph {
        let nodes = nodes.map { node in
            switch node.operation {
            case .dropout: Node(name: node.name, operation: .dropout(probability: 0), inputs: node.inputs)
            case .stochasticDepth: Node(name: node.name, operation: .stochasticDepth(probability: 0), inputs: node.inputs)
            default: node
            }
        }
        return Graph(architecture: architecture, classes: classes, nodes: nodes, headName: headName)
    }
}
