import Engine

/// Writes the layers of a fused network as ONNX nodes, for pictures of one size. In int8 (QDQ form) each layer's result passes through QuantizeLinear and DequantizeLinear, and
/// weights are dequantised where they are used: a runtime makes integer operations of that, or computes the same in float. Of layers left in float the result passes through 8 bits only
/// on its way to layers that are not, and weights are constants.
struct ONNXNetwork {
    /// Where numbers come from.
    enum Numbers {
        case float(FoldedNetwork)
        case int8(QuantisedNetwork)

        var network: FusedNetwork {
            switch self {
            case .float(let folded): folded.network
            case .int8(let quantised): quantised.network
            }
        }
    }

    /// What a layer has given.
    struct Result {
        let name: String
        let channels: Int
        /// Nil for features.
        let side: Int?
    }

    static let inputName = "pictures"
    static let outputName = "logits"

    let numbers: Numbers
    var builder = ONNXBuilder()
    /// As layers of the same kind read them: of those in float real numbers, of the others what 8 bits hold.
    private(set) var results: [Result] = []
    /// As layers of the other kind read them, where some do.
    private var converted: [Int: Result] = [:]
    private var scales: [ActivationScale]
    /// Features are float, also in int8.
    private let areFeatures: [Bool]
    /// Whose results do not pass through 8 bits.
    private var areFloat: [Bool]

    /// - Parameter side: of the pictures, pixels.
    /// - Throws: ``ModelExportError`` for weights that are not there.
    init(_ numbers: Numbers, side: Int) throws(ModelExportError) {
        self.numbers = numbers
        let network = numbers.network
        areFeatures = network.areFeatures
        scales = []
        areFloat = network.layers.map { _ in true }
        if case .int8(let quantised) = numbers {
            guard quantised.activations.count == network.layers.count else {
                throw .wrongCount(what: "activation scales", got: quantised.activations.count, expected: network.layers.count)
            }
            scales = quantised.activations
            areFloat = quantised.areFloat
            // As int8 plans hold them: pictures have both signs, a pooling keeps its input's grid.
            scales[0].isSigned = true
            for (index, layer) in network.layers.enumerated() {
                switch layer.kind {
                case .maxPool, .averagePool: scales[index] = scales[layer.inputs[0]]
                default: break
                }
            }
        }
        for (index, layer) in network.layers.enumerated() {
            let result = try write(layer, index, side: side)
            results.append(isInt8(index) && !areFloat[index] ? requantised(result, index) : result)
            if index == 0 { converted[0] = areFloat[0] ? nil : result }
        }
        if let last = results.last { builder.node("Identity", [last.name], as: Self.outputName) }
    }

    /// In int8: the unit of a layer's result; nil where it is float.
    func scale(ofLayer index: Int) -> Float? { isInt8(index) ? scales[index].scale : nil }

    private func isInt8(_ index: Int) -> Bool { scales.indices.contains(index) && !areFeatures[index] }

    /// The result of `input` as layer `index` reads it: the picture as it came in where that is in float, through 8 bits what was left in float where it is not.
    private mutating func result(_ input: Int, for index: Int) -> Result {
        guard isInt8(input), areFloat[input] != areFloat[index] else { return results[input] }
        if let result = converted[input] { return result }
        guard areFloat[input] else { return results[input] }
        let result = requantised(results[input], input)
        converted[input] = result
        return result
    }

    /// Through 8 bits and back.
    private mutating func requantised(_ result: Result, _ index: Int) -> Result {
        let scale = scales[index]
        let factor = builder.constant("\(result.name)/scale", [scale.scale], shape: [])
        let zero =
            scale.isSigned
            ? builder.constant("zero.int8", [Int8(0)], shape: []) : builder.constant("zero.uint8", [UInt8(0)], shape: [])
        let quantised = builder.node("QuantizeLinear", [result.name, factor, zero], as: "\(result.name)/quantised")
        return Result(
            name: builder.node("DequantizeLinear", [quantised, factor, zero], as: "\(result.name)/dequantised"), channels: result.channels,
            side: result.side)
    }

    private mutating func write(_ layer: FusedNetwork.Layer, _ index: Int, side: Int) throws(ModelExportError) -> Result {
        let inputs = layer.inputs.map { result($0, for: index) }
        let residual = layer.kind.residual.map { result($0, for: index) }
        let name = "\(index):\(layer.name)"
        func first() throws(ModelExportError) -> Result {
            guard let first = inputs.first else { throw .unsupported(what: "layer '\(layer.name)', which reads nothing") }
            return first
        }
        switch layer.kind {
        case .input(let channels): return Result(name: Self.inputName, channels: channels, side: side)
        case .convolution(let convolution, let activation, _):
            let x = try first()
            let result = try convolved(x, convolution, weights: layer.name, bias: nil, as: name, inputLayer: layer.inputs[0])
            return finished(result, activation, residual, name)
        case .mixedConvolution(let parts, let activation, _):
            return finished(try mixed(try first(), parts, layer, name), activation, residual, name)
        case .maxPool(let pool):
            let x = try first(), given = x.side ?? 1
            let (before, after) = pool.pixels(side: given)
            builder.node("MaxPool", [x.name], as: name, Self.window(pool.kernel, pool.stride, before, after))
            return Result(name: name, channels: x.channels, side: pool.outputSide(given))
        case .averagePool(let pool):
            let x = try first(), given = x.side ?? 1
            let (before, after) = pool.padding.pixels(side: given, kernel: pool.kernel, stride: pool.stride)
            builder.node(
                "AveragePool", [x.name], as: name,
                Self.window(pool.kernel, pool.stride, before, after) + [ONNXBuilder.attribute("count_include_pad", 0)])
            return Result(name: name, channels: x.channels, side: pool.outputSide(given))
        case .globalAveragePool:
            let x = try first()
            let mean = builder.node("GlobalAveragePool", [x.name], as: "\(name)/mean")
            builder.node("Flatten", [mean], as: name, [ONNXBuilder.attribute("axis", 1)])
            return Result(name: name, channels: x.channels, side: nil)
        case .linear(let linear, let activation):
            let x = try first()
            let (weight, bias) = try weights(
                layer.name, bias: layer.name, rows: 0..<linear.outputs, shape: [linear.outputs, linear.inputs], inputLayer: layer.inputs[0])
            builder.node("Gemm", [x.name, weight, bias], as: "\(name)/linear", [ONNXBuilder.attribute("transB", 1)])
            return activated(Result(name: "\(name)/linear", channels: linear.outputs, side: nil), activation, name)
        case .add(let activation):
            let sum = builder.node("Add", inputs.map(\.name), as: "\(name)/sum")
            let x = try first()
            return activated(Result(name: sum, channels: x.channels, side: x.side), activation, name)
        case .activation(let activation): return activated(try first(), activation, name)
        case .channelScale:
            guard inputs.count == 2 else { throw .unsupported(what: "layer '\(layer.name)', which scales by \(inputs.count - 1) inputs") }
            let shape = builder.constant("picture-shape", [0, -1, 1, 1])
            let factors = builder.node("Reshape", [inputs[1].name, shape], as: "\(name)/factors")
            builder.node("Mul", [inputs[0].name, factors], as: name)
            return Result(name: name, channels: inputs[0].channels, side: inputs[0].side)
        case .route(let sources): return try routed(inputs, sources, name)
        }
    }

    /// Whole inputs behind one another are a Concat, a run of channels is a Slice, everything else a Gather.
    private mutating func routed(_ inputs: [Result], _ sources: [FusedNetwork.ChannelSource], _ name: String) throws(ModelExportError)
        -> Result
    {
        guard let first = inputs.first else { throw .unsupported(what: "a route without inputs") }
        var (offsets, all): ([Int], Int) = ([], 0)
        for input in inputs {
            offsets.append(all)
            all += input.channels
        }
        let indices = sources.map { offsets[$0.input] + $0.channel }
        var whole = first.name
        if inputs.count > 1 {
            whole = builder.node("Concat", inputs.map(\.name), as: "\(name)/all", [ONNXBuilder.attribute("axis", 1)])
        }
        let result = Result(name: name, channels: sources.count, side: first.side)
        if indices == Array(0..<all) {
            builder.node("Identity", [whole], as: name)
        } else if let start = indices.first, indices == Array(start..<(start + indices.count)) {
            builder.node(
                "Slice",
                [
                    whole, builder.constant("\(name)/start", [start]), builder.constant("\(name)/end", [start + indices.count]),
                    builder.constant("channel-axis", [1]),
                ], as: name)
        } else {
            builder.node("Gather", [whole, builder.constant("\(name)/channels", indices)], as: name, [ONNXBuilder.attribute("axis", 1)])
        }
        return result
    }

    private mutating func mixed(_ x: Result, _ parts: [Convolution], _ layer: FusedNetwork.Layer, _ name: String)
        throws(ModelExportError) -> Result
    {
        var (names, sides): ([String], [Int]) = ([], [])
        var (read, written) = (0, 0)
        for (number, part) in parts.enumerated() {
            let own = "\(name)/\(number)"
            let slice = builder.node(
                "Slice",
                [
                    x.name, builder.constant("\(own)/start", [read]), builder.constant("\(own)/end", [read + part.inputs]),
                    builder.constant("channel-axis", [1]),
                ], as: "\(own)/input")
            let result = try convolved(
                Result(name: slice, channels: part.inputs, side: x.side), part, weights: "\(layer.name).\(number)",
                bias: (layer.name, written), as: own, inputLayer: layer.inputs[0])
            names.append(result.name)
            sides.append(result.side ?? 1)
            read += part.inputs
            written += part.outputs
        }
        let all = builder.node("Concat", names, as: "\(name)/parts", [ONNXBuilder.attribute("axis", 1)])
        return Result(name: all, channels: written, side: sides.first)
    }

    /// - Parameter bias: the layer whose bias it is and the first number of this part; nil: the layer's own, all of it.
    private mutating func convolved(
        _ x: Result, _ convolution: Convolution, weights name: String, bias: (layer: String, first: Int)?, as output: String,
        inputLayer: Int
    ) throws(ModelExportError) -> Result {
        let side = x.side ?? 1
        let first = bias?.first ?? 0
        let (weight, bias) = try weights(
            name, bias: bias?.layer ?? name, rows: first..<(first + convolution.outputs), shape: convolution.weightShape,
            inputLayer: inputLayer)
        let (before, after) = convolution.padding.pixels(side: side, kernel: convolution.kernel, stride: convolution.stride)
        builder.node(
            "Conv", [x.name, weight, bias], as: "\(output)/convolution",
            Self.window(convolution.kernel, convolution.stride, before, after) + [ONNXBuilder.attribute("group", convolution.groups)])
        return Result(name: "\(output)/convolution", channels: convolution.outputs, side: convolution.outputSide(side))
    }

    private static func window(_ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) -> [ONNXBuilder.Attribute] {
        [
            ONNXBuilder.attribute("kernel_shape", [kernel, kernel]), ONNXBuilder.attribute("strides", [stride, stride]),
            ONNXBuilder.attribute("pads", [before, before, after, after]),
        ]
    }

    private mutating func finished(_ result: Result, _ activation: Activation?, _ residual: Result?, _ name: String) -> Result {
        guard let residual else { return activated(result, activation, name) }
        let sum = builder.node("Add", [result.name, residual.name], as: "\(name)/sum")
        return activated(Result(name: sum, channels: result.channels, side: result.side), activation, name)
    }

    private mutating func activated(_ x: Result, _ activation: Activation?, _ name: String) -> Result {
        switch activation {
        case nil: return x
        case .relu: builder.node("Relu", [x.name], as: name)
        case .relu6:
            builder.node(
                "Clip", [x.name, builder.constant("zero", [Float(0)], shape: []), builder.constant("six", [Float(6)], shape: [])], as: name)
        case .hardSwish: builder.node("HardSwish", [x.name], as: name)
        case .silu: builder.node("Mul", [x.name, builder.node("Sigmoid", [x.name], as: "\(name)/gate")], as: name)
        case .sigmoid: builder.node("Sigmoid", [x.name], as: name)
        case .hardSigmoid:
            builder.node(
                "HardSigmoid", [x.name], as: name,
                [ONNXBuilder.attribute("alpha", Float(1) / 6), ONNXBuilder.attribute("beta", Float(0.5))])
        }
        return Result(name: name, channels: x.channels, side: x.side)
    }
}
