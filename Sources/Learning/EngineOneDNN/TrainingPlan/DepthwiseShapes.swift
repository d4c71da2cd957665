import CKernels
import Engine

/// The shapes of a depthwise convolution, or of several side by side, as our own kernels want them.
final class DepthwiseShapes {
    /// The convolution with the largest kernel: the others are centred in it.
    let largest: Convolution
    private let kernels: UnsafeMutablePointer<Int32>
    private let shape: aliquot_depthwise_shape

    init(
        _ parts: [Convolution], name: String, input: [Int], output: [Int], width: Int, threads: Int
    ) throws(EngineError) {
        guard let largest = parts.max(by: { $0.kernel < $1.kernel }) else {
            throw .unsupported(what: "a mixed convolution without parts, '\(name)'", by: "training")
        }
        func before(_ part: Convolution, _ side: Int) -> Int {
            part.padding.pixels(side: side, kernel: part.kernel, stride: part.stride).before
        }
        for part in parts {
            let border = (largest.kernel - part.kernel) / 2
            guard part.stride == largest.stride, (largest.kernel - part.kernel).isMultiple(of: 2),
                [2, 3].allSatisfy({ before(largest, input[$0]) - before(part, input[$0]) == border }),
                part.outputSide(input[2]) == output[2], part.outputSide(input[3]) == output[3]
            else {
                throw .unsupported(what: "depthwise parts of different strides or centres, '\(name)'", by: "training")
            }
        }
        self.largest = largest
        let blocks = (input[1] + width - 1) / width
        kernels = .allocate(capacity: blocks)
        let described = parts.map { aliquot_depthwise_part(channels: Int32($0.inputs), kernel: Int32($0.kernel), weights: nil) }
        _ = aliquot_depthwise_block_kernels(described, Int32(described.count), Int32(width), kernels)
        shape = aliquot_depthwise_shape(
            batch: Int32(input[0]), blocks: Int32(blocks), width: Int32(width), in_height: Int32(input[2]), in_width: Int32(input[3]),
            out_height: Int32(output[2]), out_width: Int32(output[3]), kernel: Int32(largest.kernel), stride: Int32(largest.stride),
            pad_top: Int32(before(largest, input[2])), pad_left: Int32(before(largest, input[3])), kernels: kernels,
            threads: Int32(threads))
    }

    deinit { kernels.deallocate() }

    var partialBytes: Int { withUnsafePointer(to: shape) { Int(aliquot_depthwise_partials($0)) * 4 } }

    /// - Parameter bias: one for each channel, filled up to whole channel blocks.
    func forward(
        x: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, activation: Activation?,
        y: UnsafeMutablePointer<Float>
    ) {
        var job = aliquot_depthwise_forward(
            shape: shape, x: x, weights: weights, bias: bias, residual: nil, y: y, activation: aliquot_activation(activation.code))
        aliquot_depthwise_forward_run(&job)
    }

    func backwardData(dy: UnsafePointer<Float>, weights: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>) {
        var job = aliquot_depthwise_backward_data(shape: shape, dy: dy, weights: weights, dx: dx, accumulate: 0)
        aliquot_depthwise_backward_data_run(&job)
    }

    func backwardWeights(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dweights: UnsafeMutablePointer<Float>, partials: UnsafeMutablePointer<Float>
    ) {
        var job = aliquot_depthwise_backward_weights(shape: shape, x: x, dy: dy, dweights: dweights, partials: partials)
        aliquot_depthwise_backward_weights_run(&job)
    }
}
