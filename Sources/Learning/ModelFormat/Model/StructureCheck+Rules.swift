import Engine

/// What each operation demands of what it reads, and what it makes of it.
extension StructureCheck {
    /// Channels of one result.
    private static let mostChannels = 65_536
    /// Weights of one convolution, zeros between its groups and parts included: some plans write it as a dense one.
    private static let mostWeights = 1 << 28

    mutating func input(_ index: Int, _ channels: Int, _ inputs: [Int], _ label: String) {
        if index != 0 { faults.append("\(label) is an input, only the first may be") }
        if !inputs.isEmpty { faults.append("\(label) is an input and reads \(inputs)") }
        if channels != 3 { faults.append("the input has \(channels) channels, allowed are 3") }
        forms.append(Form(channels: channels, isFlat: false))
    }

    /// The form of the first of exactly `count` inputs, all of which must come before `index`.
    mutating func form(_ inputs: [Int], _ count: Int, _ index: Int, _ label: String) -> Form {
        if index == 0 { faults.append("the first layer is not the input") }
        guard inputs.count == count, inputs.allSatisfy({ forms.indices.contains($0) }), let first = inputs.first else {
            faults.append("\(label) reads \(inputs), allowed are \(count) of the layers before it")
            return Form(channels: 0, isFlat: false)
        }
        return forms[first]
    }

    mutating func named(_ name: String, _ label: String) {
        if name.isEmpty { faults.append("\(label) has parameters but no name") }
        if !names.insert(name).inserted { faults.append("\(label) has the name \(name) of another") }
    }

    mutating func convolution(_ c: Convolution, _ input: Form, _ label: String) {
        let range = 1...Self.mostChannels
        if !range.contains(c.inputs) || !range.contains(c.outputs) || !(1...31).contains(c.kernel) || !(1...31).contains(c.stride)
            || !isPossible(c.padding, 31) || !range.contains(c.groups) || c.inputs % max(c.groups, 1) != 0
            || c.outputs % max(c.groups, 1) != 0
        {
            faults.append("\(label) is an impossible convolution: \(c)")
        } else if !c.isDepthwise, c.inputs * c.outputs * c.kernel * c.kernel > Self.mostWeights {
            faults.append("\(label) has \(c.inputs) × \(c.outputs) × \(c.kernel)² weights, allowed are \(Self.mostWeights)")
        }
        if input.isFlat || input.channels != c.inputs { faults.append("\(label) takes \(c.inputs) channels, it gets \(input.channels)") }
        forms.append(Form(channels: c.outputs, isFlat: false))
    }

    mutating func same(_ input: Form, channels: Int, _ label: String) {
        if input.isFlat || input.channels != channels { faults.append("\(label) takes \(channels) channels, it gets \(input.channels)") }
        forms.append(input)
    }

    mutating func residual(_ residual: Int, _ index: Int, _ label: String) {
        guard (0..<index).contains(residual) else {
            faults.append("\(label) adds layer \(residual), allowed are those before it")
            return
        }
        if forms[residual] != forms[index] { faults.append("\(label) adds layer \(residual) of another shape") }
    }

    mutating func addition(_ inputs: [Int], _ index: Int, _ label: String) {
        let first = form(inputs, 2, index, label)
        if inputs.count == 2, forms.indices.contains(inputs[1]), forms[inputs[1]] != first {
            faults.append("\(label) adds two different shapes")
        }
        forms.append(first)
    }

    private func isPossible(_ padding: Padding, _ most: Int) -> Bool {
        guard case .symmetric(let pixels) = padding else { return true }
        return (0...most).contains(pixels)
    }

    mutating func mixedConvolution(_ parts: [Convolution], _ input: Form, _ label: String) {
        let inputs = parts.reduce(0) { $0 &+ $1.inputs }, outputs = parts.reduce(0) { $0 &+ $1.outputs }
        if parts.isEmpty || parts.count > 16 || Set(parts.map(\.stride)).count > 1 || parts.contains(where: \.hasBias) {
            faults.append("\(label) is an impossible mixed convolution")
        }
        for part in parts {
            convolution(part, Form(channels: part.inputs, isFlat: false), label)
            forms.removeLast()
        }
        if input.isFlat || input.channels != inputs { faults.append("\(label) takes \(inputs) channels, it gets \(input.channels)") }
        let range = 1...Self.mostChannels, kernel = parts.map(\.kernel).max() ?? 0
        let isDepthwise = parts.allSatisfy { $0.groups == $0.inputs && $0.groups == $0.outputs }
        if !range.contains(inputs) || !range.contains(outputs)
            || !isDepthwise && (1...31).contains(kernel) && inputs * outputs * kernel * kernel > Self.mostWeights
        {
            faults.append("\(label) is too large: \(inputs) to \(outputs) channels")
        }
        forms.append(Form(channels: outputs, isFlat: false))
    }

    mutating func scale(_ inputs: [Int], _ index: Int, _ label: String) {
        let pictures = form(inputs, 2, index, label)
        if inputs.count == 2, forms.indices.contains(inputs[1]) {
            let factors = forms[inputs[1]]
            if pictures.isFlat || !factors.isFlat || factors.channels != pictures.channels {
                faults.append("\(label) scales \(pictures.channels) channels with \(factors.channels) factors")
            }
        }
        forms.append(pictures)
    }

    mutating func concatenation(_ inputs: [Int], _ index: Int, _ label: String) {
        let first = form(inputs, max(inputs.count, 1), index, label)
        let all = inputs.filter { forms.indices.contains($0) }.map { forms[$0] }
        if first.isFlat || all.contains(where: \.isFlat) { faults.append("\(label) concatenates what has no height and width") }
        let channels = all.reduce(0) { $0 + $1.channels }
        if channels > Self.mostChannels { faults.append("\(label) has \(channels) channels, allowed are \(Self.mostChannels)") }
        forms.append(Form(channels: min(channels, Self.mostChannels), isFlat: false))
    }

    mutating func slice(_ start: Int, _ count: Int, _ input: Form, _ label: String) {
        if input.isFlat || start < 0 || count < 1 || start > input.channels || count > input.channels - start {
            faults.append("\(label) takes \(count) channels from \(start) of \(input.channels)")
        }
        forms.append(Form(channels: max(count, 0), isFlat: false))
    }

    mutating func shuffle(_ groups: Int, _ input: Form, _ label: String) {
        if input.isFlat || groups < 1 || input.channels % max(groups, 1) != 0 {
            faults.append("\(label) shuffles \(input.channels) channels in \(groups) groups")
        }
        forms.append(input)
    }

    mutating func route(_ sources: [FusedNetwork.ChannelSource], _ inputs: [Int], _ index: Int, _ label: String) {
        let first = form(inputs, max(inputs.count, 1), index, label)
        let isSound = sources.allSatisfy { source in
            guard inputs.indices.contains(source.input), forms.indices.contains(inputs[source.input]) else { return false }
            return !forms[inputs[source.input]].isFlat && (0..<forms[inputs[source.input]].channels).contains(source.channel)
        }
        if first.isFlat || sources.isEmpty || !isSound { faults.append("\(label) takes channels that are not there") }
        forms.append(Form(channels: sources.count, isFlat: false))
    }

    mutating func pool(_ kernel: Int, _ stride: Int, _ padding: Padding, _ input: Form, _ label: String) {
        let isTooWide = if case .symmetric(let pixels) = padding { pixels > kernel / 2 } else { false }
        if !(1...31).contains(kernel) || !(1...31).contains(stride) || !isPossible(padding, 15) || isTooWide {
            faults.append("\(label) is an impossible pooling: \(kernel) by \(kernel), step \(stride)")
        }
        if input.isFlat { faults.append("\(label) pools what has no height and width") }
        forms.append(input)
    }

    mutating func globalPool(_ input: Form, _ label: String) {
        if input.isFlat { faults.append("\(label) pools what has no height and width") }
        forms.append(Form(channels: input.channels, isFlat: true))
    }

    mutating func linear(_ inputs: Int, _ outputs: Int, _ input: Form, _ label: String) {
        let range = 1...1_048_576
        if !range.contains(inputs) || !range.contains(outputs) {
            faults.append("\(label) is an impossible linear layer: \(inputs) to \(outputs)")
        }
        if !input.isFlat || input.channels != inputs { faults.append("\(label) takes \(inputs) features, it gets \(input.channels)") }
        forms.append(Form(channels: outputs, isFlat: true))
    }

    mutating func end(classes: Int) {
        guard let last = forms.last, forms.count > 1 else {
            faults.append("the network has no layers")
            return
        }
        if !last.isFlat || last.channels != classes { faults.append("the last layer has \(last.channels) results for \(classes) classes") }
    }
}
