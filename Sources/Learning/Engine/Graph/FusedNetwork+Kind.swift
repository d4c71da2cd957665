extension FusedNetwork.Kind {
    /// The activation that this layer ends with.
    package var activation: Activation? {
        switch self {
        case .convolution(_, let activation, _), .mixedConvolution(_, let activation, _), .linear(_, let activation), .add(let activation):
            activation
        case .activation(let activation): activation
        case .input, .maxPool, .averagePool, .globalAveragePool, .channelScale, .route: nil
        }
    }

    /// This layer with another activation where it has one.
    package func with(activation: Activation) -> Self {
        switch self {
        case .convolution(let convolution, .some, let residual): .convolution(convolution, activation: activation, residual: residual)
        case .mixedConvolution(let parts, .some, let residual): .mixedConvolution(parts, activation: activation, residual: residual)
        case .linear(let linear, .some): .linear(linear, activation: activation)
        case .add(.some): .add(activation: activation)
        case .activation: .activation(activation)
        default: self
        }
    }

    /// The layer that a convolution adds to its result.
    package var residual: Int? {
        switch self {
        case .convolution(_, _, let residual), .mixedConvolution(_, _, let residual): residual
        default: nil
        }
    }
}
