extension GraphOperation {
    /// Whether it only changes which channel stands where, so that several behind one another can be done as one.
    package var isRearrangement: Bool {
        switch self {
        case .concatenate, .slice, .shuffle: true
        default: false
        }
    }

    /// The channels that a rearrangement leaves, in their new order; anything else leaves them as they are.
    ///
    /// - Parameters:
    ///   - channels: whatever stands for each channel of the inputs, input after input.
    ///   - node: for the message.
    /// - Throws: ``EngineError/wrongCount(what:got:expected:)`` for a slice beyond the channels, or groups that do not divide them.
    package func rearranged<Channel>(_ channels: [Channel], node: Int) throws(EngineError) -> [Channel] {
        switch self {
        case .slice(let start, let count):
            guard start >= 0, count > 0, start + count <= channels.count else {
                throw .wrongCount(what: "channels of a slice at node \(node)", got: start + count, expected: channels.count)
            }
            return Array(channels[start..<start + count])
        case .shuffle(let groups):
            guard groups > 0, channels.count.isMultiple(of: groups) else {
                throw .wrongCount(what: "groups of a shuffle at node \(node)", got: groups, expected: channels.count)
            }
            let each = channels.count / groups
            return channels.indices.map { channels[$0 % groups * each + $0 / groups] }
        default: return channels
        }
    }

    /// Channels (or features) of the result.
    /// - Parameter inputs: those of each input, in order.
    package func outputChannels(inputs: [Int]) -> Int {
        switch self {
        case .input(let count): return count
        case .convolution(let convolution): return convolution.outputs
        case .mixedConvolution(let parts): return parts.reduce(0) { $0 + $1.outputs }
        case .linear(let linear): return linear.outputs
        case .concatenate: return inputs.reduce(0, +)
        case .slice(_, let count): return count
        case .batchNorm, .activation, .add, .channelScale, .shuffle, .maxPool, .averagePool, .globalAveragePool, .dropout, .stochasticDepth,
            .fakeQuantisation:
            return inputs[0]
        }
    }
}
