import Engine

/// One tensor of weights, `[outputs, inputs / groups, area]`, and which channels of its layer's input and result it joins.
struct WeightBlock {
    /// In ``FoldedNetwork/weights``.
    let name: String
    let inputs: Int
    let outputs: Int
    let groups: Int
    /// Of the kernel.
    let area: Int
    /// Of the layer's channels, the first that it reads and writes: not 0 where convolutions stand side by side.
    let firstInput: Int
    let firstOutput: Int

    /// The tensors of a layer.
    static func blocks(of layer: FusedNetwork.Layer) -> [WeightBlock] {
        switch layer.kind {
        case .convolution(let convolution, _, _):
            return [WeightBlock(convolution, name: "\(layer.name).weight", firstInput: 0, firstOutput: 0)]
        case .mixedConvolution(let parts, _, _):
            var blocks: [WeightBlock] = []
            for (index, part) in parts.enumerated() {
                let (inputs, outputs) = blocks.last.map { ($0.firstInput + $0.inputs, $0.firstOutput + $0.outputs) } ?? (0, 0)
                blocks.append(WeightBlock(part, name: "\(layer.name).\(index).weight", firstInput: inputs, firstOutput: outputs))
            }
            return blocks
        case .linear(let linear, _):
            let dense = Convolution(inputs: linear.inputs, outputs: linear.outputs, kernel: 1)
            return [WeightBlock(dense, name: "\(layer.name).weight", firstInput: 0, firstOutput: 0)]
        case .input, .maxPool, .averagePool, .globalAveragePool, .add, .activation, .channelScale, .route: return []
        }
    }

    private init(_ convolution: Convolution, name: String, firstInput: Int, firstOutput: Int) {
        self.name = name
        inputs = convolution.inputs
        outputs = convolution.outputs
        groups = max(convolution.groups, 1)
        area = convolution.kernel * convolution.kernel
        self.firstInput = firstInput
        self.firstOutput = firstOutput
    }

    var count: Int { outputs * (inputs / groups) * area }

    /// The layer's channel that weight `index` writes.
    func output(_ index: Int) -> Int { firstOutput + row(index) }

    /// The layer's channel that weight `index` reads.
    func input(_ index: Int) -> Int {
        let perGroup = inputs / groups
        return firstInput + row(index) / max(outputs / groups, 1) * perGroup + index / area % perGroup
    }

    private func row(_ index: Int) -> Int { index / (inputs / groups * area) }
}
