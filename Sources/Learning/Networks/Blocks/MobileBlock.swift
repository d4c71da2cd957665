import Engine

/// A run of equal blocks in a network of the MobileNet kind: what timm writes as `ir_r3_k3.5_s2_e6_c40_se0.5_nsw`.
struct MobileBlock {
    enum Kind {
        /// Depthwise, then 1×1; `isActivated`: an activation after the 1×1 too, and no way around (MobileNetV1).
        case separable(isActivated: Bool)
        /// 1×1 expansion, depthwise, 1×1 projection. `expansionParts` and `projectionParts` are the parts that the 1×1 convolutions are split into (MixNet); 1 is a plain
        /// convolution.
        case inverted(expansion: Double, expansionParts: Int, projectionParts: Int)
        /// One 1×1 convolution with norm and activation.
        case pointwise
    }

    let kind: Kind
    let channels: Int
    let repeats: Int
    /// Kernels of the depthwise convolution; several are parts of a mixed one (arXiv:1907.09595).
    let kernels: [Int]
    /// Of the first of the blocks; the others have 1.
    let stride: Int
    /// Squeeze-and-excite with so many channels in the middle, as a share of the block's inputs (MobileNetV3: of the expanded channels).
    let squeeze: Double?
    let activation: Activation

    static func separable(
        _ channels: Int, repeats: Int = 1, kernel: Int = 3, stride: Int = 1, squeeze: Double? = nil, _ activation: Activation,
        isActivated: Bool = false
    ) -> MobileBlock {
        MobileBlock(
            kind: .separable(isActivated: isActivated), channels: channels, repeats: repeats, kernels: [kernel], stride: stride,
            squeeze: squeeze, activation: activation)
    }

    static func inverted(
        _ channels: Int, repeats: Int = 1, kernels: [Int] = [3], stride: Int = 1, expansion: Double, parts: (Int, Int) = (1, 1),
        squeeze: Double? = nil, _ activation: Activation
    ) -> MobileBlock {
        MobileBlock(
            kind: .inverted(expansion: expansion, expansionParts: parts.0, projectionParts: parts.1), channels: channels, repeats: repeats,
            kernels: kernels, stride: stride, squeeze: squeeze, activation: activation)
    }

    static func pointwise(_ channels: Int, _ activation: Activation) -> MobileBlock {
        MobileBlock(
            kind: .pointwise, channels: channels, repeats: 1, kernels: [1], stride: 1, squeeze: nil, activation: activation)
    }
}
