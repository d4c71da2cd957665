import Engine

/// ShuffleNetV2 (Ma et al. 2018, arXiv:1807.11164), with torchvision's names.
enum ShuffleNetV2 {
    static func halfWidth(classes: Int) -> Graph { graph("shufflenet_v2_x0_5", channels: [48, 96, 192], classes: classes) }
    static func fullWidth(classes: Int) -> Graph { graph("shufflenet_v2_x1_0", channels: [116, 232, 464], classes: classes) }

    private static func graph(_ name: String, channels: [Int], classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: name)
        var x = convolutionNorm(&builder, "conv1", 0, builder.input, outputs: 24, kernel: 3, stride: 2, isActivated: true)
        x = builder.maxPool(x, kernel: 3, stride: 2, padding: 1)
        for (stage, (outputs, units)) in zip(channels, [4, 8, 4]).enumerated() {
            x = reducingUnit(&builder, "stage\(stage + 2).0", x, outputs: outputs)
            for unit in 1..<units { x = unitOfHalf(&builder, "stage\(stage + 2).\(unit)", x) }
        }
        x = convolutionNorm(&builder, "conv5", 0, x, outputs: 1024, kernel: 1, isActivated: true)
        return builder.head("fc", builder.globalAveragePool(x), classes: classes)
    }

    /// Half the channels stay as they are, the other half is convolved; then both are shuffled (figure 3c).
    private static func unitOfHalf(_ builder: inout GraphBuilder, _ name: String, _ input: Int) -> Int {
        let half = builder.channels(of: input) / 2
        let halves = builder.split(input, into: [half, half])
        let changed = branch(&builder, "\(name).branch2", halves[1], outputs: half, stride: 1)
        return builder.shuffle(builder.concatenate([halves[0], changed]), groups: 2)
    }

    /// Both branches read all channels and halve the sides (figure 3d).
    private static func reducingUnit(_ builder: inout GraphBuilder, _ name: String, _ input: Int, outputs: Int) -> Int {
        let inputs = builder.channels(of: input)
        var first = convolutionNorm(&builder, "\(name).branch1", 0, input, outputs: inputs, kernel: 3, stride: 2, groups: inputs)
        first = convolutionNorm(&builder, "\(name).branch1", 2, first, outputs: outputs / 2, kernel: 1, isActivated: true)
        let second = branch(&builder, "\(name).branch2", input, outputs: outputs / 2, stride: 2)
        return builder.shuffle(builder.concatenate([first, second]), groups: 2)
    }

    private static func branch(_ builder: inout GraphBuilder, _ name: String, _ input: Int, outputs: Int, stride: Int) -> Int {
        var x = convolutionNorm(&builder, name, 0, input, outputs: outputs, kernel: 1, isActivated: true)
        x = convolutionNorm(&builder, name, 3, x, outputs: outputs, kernel: 3, stride: stride, groups: outputs)
        return convolutionNorm(&builder, name, 5, x, outputs: outputs, kernel: 1, isActivated: true)
    }

    /// Convolution `NAME.index` and norm `NAME.(index + 1)`.
    private static func convolutionNorm(
        _ builder: inout GraphBuilder, _ name: String, _ index: Int, _ input: Int, outputs: Int, kernel: Int, stride: Int = 1,
        groups: Int = 1, isActivated: Bool = false
    ) -> Int {
        var x = builder.convolution("\(name).\(index)", input, outputs: outputs, kernel: kernel, stride: stride, groups: groups)
        x = builder.batchNorm("\(name).\(index + 1)", x)
        return isActivated ? builder.activation(.relu, x) : x
    }
}
