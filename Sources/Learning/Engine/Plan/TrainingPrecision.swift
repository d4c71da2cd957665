/// What the convolutions of a training step multiply. Weights, sums, norms, depthwise and linear layers and the optimiser are float32 in both.
package enum TrainingPrecision: String, Sendable, Codable, Equatable, CaseIterable {
    case float32
    /// Pictures, weights and gradients rounded to 8 bits of mantissa before they are multiplied. For CPUs with instructions for it (AVX512_BF16, AMX).
    case bfloat16
}
