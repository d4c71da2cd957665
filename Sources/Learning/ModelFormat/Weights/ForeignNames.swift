/// The names that the other of the two libraries gives to the parameters of a network: torchvision's where ours are timm's, and the other way round.
///
/// The rules were derived from the modules themselves, whose parameters come in the same order with the same shapes, and hold numerically: after renaming both
/// libraries answer with the same logits (Tests/References/check_renaming.py). The ResNets are named alike in both; the other networks exist in one of them only.
struct ForeignNames {
    let library: String
    /// Added to each running variance, so that `variance + epsilon` stays what it was where the libraries' epsilons differ.
    let varianceShift: Float
    /// The stem, the layers behind the blocks, and the head: what a name begins with, and what that becomes.
    private let ends: [(from: String, to: String)]
    /// The name of a parameter in a block; nil where it is in none.
    private let block: @Sendable ([Substring]) -> String?

    private init(
        _ library: String, varianceShift: Float = 0, ends: [(String, String)], block: @escaping @Sendable ([Substring]) -> String?
    ) {
        self.library = library
        self.varianceShift = varianceShift
        self.ends = ends.map { (from: $0.0, to: $0.1) }
        self.block = block
    }

    /// The other library's names for an architecture; nil where it has none.
    static func of(_ architecture: String) -> ForeignNames? {
        switch architecture {
        case "mobilenet_v2": mobileNetV2
        case "mnasnet_100": mnasNet
        case "efficientnet_b0", "efficientnet_b3": efficientNet
        case "mobilenetv3_large_100": mobileNetV3
        default: nil
        }
    }

    /// Our name of the parameter that the other library calls `name`; nil where the rules do not know it.
    func translate(_ name: String) -> String? {
        for (from, to) in ends where name.hasPrefix(from + ".") { return to + name.dropFirst(from.count) }
        return block(name.split(separator: ".", omittingEmptySubsequences: false))
    }

    /// timm's `mobilenetv2_100` → torchvision's `mobilenet_v2`, whose blocks are counted through.
    private static let mobileNetV2 = ForeignNames(
        "timm",
        ends: [
            ("conv_stem", "features.0.0"), ("bn1", "features.0.1"), ("conv_head", "features.18.0"), ("bn2", "features.18.1"),
            ("classifier", "classifier.1"),
        ]
    ) { parts in
        guard parts.count > 4, parts[0] == "blocks", let stage = Int(parts[1]), let block = Int(parts[2]),
            let number = count(stage: stage, block: block, depths: [1, 2, 3, 4, 3, 3, 1])
        else { return nil }
        // The first block does not expand: timm calls its projection conv_pw.
        let layers =
            stage == 0
            ? ["conv_dw": "0.0", "bn1": "0.1", "conv_pw": "1", "bn2": "2"]
            : ["conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "conv_pwl": "2", "bn3": "3"]
        return layers[String(parts[3])].map { "features.\(number + 1).conv.\($0).\(parts[4])" }
    }

    /// torchvision's `mnasnet1_0` → timm's `mnasnet_100`. torchvision's first block lies in the stem's sequence.
    private static let mnasNet = ForeignNames(
        "torchvision",
        ends: [
            ("layers.0", "conv_stem"), ("layers.1", "bn1"), ("layers.3", "blocks.0.0.conv_dw"), ("layers.4", "blocks.0.0.bn1"),
            ("layers.6", "blocks.0.0.conv_pw"), ("layers.7", "blocks.0.0.bn2"), ("layers.14", "conv_head"), ("layers.15", "bn2"),
            ("classifier.1", "classifier"),
        ]
    ) { parts in
        guard parts.count == 6, parts[0] == "layers", let stage = Int(parts[1]), (8...13).contains(stage), parts[3] == "layers" else {
            return nil
        }
        let layers = ["0": "conv_pw", "1": "bn1", "3": "conv_dw", "4": "bn2", "6": "conv_pwl", "7": "bn3"]
        return layers[String(parts[4])].map { "blocks.\(stage - 7).\(parts[2]).\($0).\(parts[5])" }
    }

    /// torchvision's `efficientnet_b0` and `_b3` → timm's.
    private static let efficientNet = ForeignNames(
        "torchvision",
        ends: [
            ("features.0.0", "conv_stem"), ("features.0.1", "bn1"), ("features.8.0", "conv_head"), ("features.8.1", "bn2"),
            ("classifier.1", "classifier"),
        ]
    ) { parts in
        guard parts.count == 7, parts[0] == "features", let stage = Int(parts[1]), (1...7).contains(stage), parts[3] == "block" else {
            return nil
        }
        return layer(parts[4], parts[5], expands: stage > 1).map { "blocks.\(stage - 1).\(parts[2]).\($0).\(parts[6])" }
    }

    /// torchvision's `mobilenet_v3_large`, whose blocks are counted through and whose norms have epsilon 0.001 → timm's, with 0.00001.
    private static let mobileNetV3 = ForeignNames(
        "torchvision", varianceShift: 0.001 - 0.00001,
        ends: [
            ("features.0.0", "conv_stem"), ("features.0.1", "bn1"), ("features.16.0", "blocks.6.0.conv"),
            ("features.16.1", "blocks.6.0.bn1"),
            ("classifier.0", "conv_head"), ("classifier.3", "classifier"),
        ]
    ) { parts in
        let depths = [1, 2, 3, 4, 2, 3]
        guard parts.count == 6, parts[0] == "features", let number = Int(parts[1]), (1...15).contains(number), parts[2] == "block" else {
            return nil
        }
        guard let stage = depths.indices.last(where: { depths[..<$0].reduce(0, +) < number }) else { return nil }
        let block = number - 1 - depths[..<stage].reduce(0, +)
        return layer(parts[3], parts[4], expands: number > 1).map { "blocks.\(stage).\(block).\($0).\(parts[5])" }
    }

    /// timm's name of a layer of torchvision's inverted residuals: expansion, depthwise convolution, squeeze and excitation where there is one, projection.
    private static func layer(_ part: Substring, _ inner: Substring, expands: Bool) -> String? {
        let excitation = ["fc1": "se.conv_reduce", "fc2": "se.conv_expand"][String(inner)]
        if let excitation { return part == (expands ? "2" : "1") ? excitation : nil }
        guard let index = Int(part), let isNorm = ["0": false, "1": true][String(inner)] else { return nil }
        switch (expands, index) {
        case (true, 0): return isNorm ? "bn1" : "conv_pw"
        case (true, 1): return isNorm ? "bn2" : "conv_dw"
        case (true, 2), (true, 3): return isNorm ? "bn3" : "conv_pwl"
        case (false, 0): return isNorm ? "bn1" : "conv_dw"
        case (false, 1), (false, 2): return isNorm ? "bn2" : "conv_pw"
        default: return nil
        }
    }

    /// The number of a block counted through all stages; nil where there is none.
    private static func count(stage: Int, block: Int, depths: [Int]) -> Int? {
        guard depths.indices.contains(stage), (0..<depths[stage]).contains(block) else { return nil }
        return depths[..<stage].reduce(0, +) + block
    }
}
