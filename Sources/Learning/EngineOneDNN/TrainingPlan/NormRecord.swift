import CKernels
import Engine

/// One batch norm of a plan: where its numbers lie, and the jobs that its kernels are given.
struct NormRecord {
    let shape: aliquot_blocked_shape
    let norm: BatchNorm
    let activation: Activation?
    let x: Buffer
    /// Mean, then inverse deviation, each as long as all channel blocks.
    let statistics: Buffer
    let partials: Buffer
    let scale: UnsafeMutablePointer<Float>
    let shift: UnsafeMutablePointer<Float>
    let runningMean: UnsafeMutablePointer<Float>
    let runningVariance: UnsafeMutablePointer<Float>
    let scaleGradient: UnsafeMutablePointer<Float>
    let shiftGradient: UnsafeMutablePointer<Float>

    private var code: aliquot_activation { aliquot_activation(activation.code) }
    private var deviations: UnsafeMutablePointer<Float> { statistics.floats + Int(shape.blocks * shape.width) }

    func forward(residual: Buffer?, y: Buffer?) -> aliquot_norm_forward {
        aliquot_norm_forward(
            shape: shape, x: x.floats, residual: residual?.floats, y: y?.floats, scale: scale, shift: shift, mean: statistics.floats,
            inverse_deviation: deviations, running_mean: runningMean, running_variance: runningVariance, partials: partials.floats,
            epsilon: norm.epsilon, momentum: norm.momentum, activation: code)
    }

    func backward(dy: Buffer, dy2: Buffer?, y: Buffer?, g: Buffer?, dx: Buffer?, hasResidual: Bool) -> aliquot_norm_backward {
        aliquot_norm_backward(
            shape: shape, dy: dy.floats, dy2: dy2?.floats, x: x.floats, y: y?.floats, g: g?.floats, dx: dx?.floats, scale: scale,
            shift: shift, mean: statistics.floats, inverse_deviation: deviations, dscale: scaleGradient, dshift: shiftGradient,
            partials: partials.floats, activation: code, has_residual: hasResidual ? 1 : 0)
    }
}
