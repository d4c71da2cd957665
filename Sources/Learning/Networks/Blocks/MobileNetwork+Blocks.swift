import Engine

extension MobileNetwork {
    /// Appends one block, and its way around where the shape allows.
    func append(_ block: MobileBlock, to builder: inout GraphBuilder, _ name: String, _ input: Int, stride: Int, dropPath: Float) -> Int {
        let inputs = builder.channels(of: input), outputs = widened(block.channels)
        var x = input
        switch block.kind {
        case .pointwise:
            x = builder.convolution("\(name).conv", x, outputs: outputs, kernel: 1)
            return normActivation(&builder, "\(name).bn1", x, block.activation)
        case .separable(let isActivated):
            x = convolution(&builder, "\(name).conv_dw", x, outputs: inputs, kernels: block.kernels, stride: stride, isDepthwise: true)
            x = normActivation(&builder, "\(name).bn1", x, block.activation)
            x = squeezeExcite(&builder, "\(name).se", x, block, blockInputs: inputs)
            x = builder.convolution("\(name).conv_pw", x, outputs: outputs, kernel: 1)
            x = normActivation(&builder, "\(name).bn2", x, isActivated ? block.activation : nil)
            if isActivated { return x }
        case .inverted(let expansion, let expansionParts, let projectionParts):
            let hidden = roundedChannels(Double(inputs) * expansion)
            let ones = { [Int](repeating: 1, count: $0) }
            x = convolution(&builder, "\(name).conv_pw", x, outputs: hidden, kernels: ones(expansionParts), stride: 1)
            x = normActivation(&builder, "\(name).bn1", x, block.activation)
            x = convolution(&builder, "\(name).conv_dw", x, outputs: hidden, kernels: block.kernels, stride: stride, isDepthwise: true)
            x = normActivation(&builder, "\(name).bn2", x, block.activation)
            x = squeezeExcite(&builder, "\(name).se", x, block, blockInputs: inputs)
            x = convolution(&builder, "\(name).conv_pwl", x, outputs: outputs, kernels: ones(projectionParts), stride: 1)
            x = normActivation(&builder, "\(name).bn3", x, nil)
        }
        guard stride == 1, inputs == outputs else { return x }
        if dropPath > 0 { x = builder.stochasticDepth(x, probability: dropPath) }
        return builder.add(x, input)
    }

    /// A convolution; with several kernels a mixed one, its channels split evenly among them.
    func convolution(
        _ builder: inout GraphBuilder, _ name: String, _ input: Int, outputs: Int, kernels: [Int], stride: Int, isDepthwise: Bool = false
    ) -> Int {
        let inputs = channelParts(builder.channels(of: input), kernels.count)
        let parts = zip(kernels, zip(inputs, channelParts(outputs, kernels.count))).map { kernel, channels in
            Convolution(
                inputs: channels.0, outputs: channels.1, kernel: kernel, stride: stride,
                padding: hasSamePadding && stride > 1 ? .same : .symmetric(kernel / 2), groups: isDepthwise ? channels.0 : 1)
        }
        guard parts.count == 1 else { return builder.mixedConvolution(name, input, parts: parts) }
        return builder.convolution(
            name, input, outputs: outputs, kernel: parts[0].kernel, stride: stride, padding: parts[0].padding, groups: parts[0].groups)
    }

    func normActivation(_ builder: inout GraphBuilder, _ name: String, _ input: Int, _ activation: Activation?) -> Int {
        let x = builder.batchNorm(name, input)
        return activation.map { builder.activation($0, x) } ?? x
    }

    /// Squeeze-and-excite (Hu et al. 2018, arXiv:1709.01507): each channel times a number between 0 and 1 that the means of all channels decide.
    private func squeezeExcite(_ builder: inout GraphBuilder, _ name: String, _ input: Int, _ block: MobileBlock, blockInputs: Int) -> Int {
        guard let share = block.squeeze else { return input }
        let channels = builder.channels(of: input)
        let middle = squeeze.isOfExpanded ? roundedChannels(Double(channels) * share) : Int((Double(blockInputs) * share).rounded())
        var x = builder.linear("\(name).conv_reduce", builder.globalAveragePool(input), outputs: middle, isPointwise: true)
        x = builder.activation(squeeze.activation ?? block.activation, x)
        x = builder.linear("\(name).conv_expand", x, outputs: channels, isPointwise: true)
        return builder.channelScale(input, by: builder.activation(squeeze.gate, x))
    }
}
