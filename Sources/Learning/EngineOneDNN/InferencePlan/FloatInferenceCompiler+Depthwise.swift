import CKernels
import COneDNN
import Engine

extension FloatInferenceCompiler {
    /// Depthwise convolutions side by side by our own kernel, which takes a kernel size for each channel block.
    func depthwise(
        _ parts: [Convolution], _ names: [String], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) {
        let input = layer.inputs[0], from = shapes[input], to = shapes[index]
        let joined = try ConvolutionParts(parts, side: from[2], name: layer.name), whole = joined.whole
        guard joined.isCentred else {
            throw .unsupported(
                what: "depthwise kernels side by side that do not lie in one another's middle, '\(layer.name)'", by: "inference")
        }
        let padding = [2, 3].map { whole.padding.pixels(side: from[$0], kernel: whole.kernel, stride: whole.stride).before }
        let sizes = parts.map { ($0.outputs, $0.kernel) }, width = Int32(width)
        let kernels = OwnedArray([Int32](repeating: 0, count: (whole.outputs + self.width - 1) / self.width))
        let blocks = Self.withParts(sizes, nil) { aliquot_depthwise_block_kernels($0, Int32(sizes.count), width, kernels.pointer) }
        let shape = aliquot_depthwise_shape(
            batch: Int32(from[0]), blocks: blocks, width: width, in_height: Int32(from[2]), in_width: Int32(from[3]),
            out_height: Int32(to[2]), out_width: Int32(to[3]), kernel: Int32(whole.kernel), stride: Int32(whole.stride),
            pad_top: Int32(padding[0]), pad_left: Int32(padding[1]), kernels: UnsafePointer(kernels.pointer), threads: threads)
        let count = withUnsafePointer(to: shape) { Int(aliquot_depthwise_weight_floats($0)) }
        let packed = try MemoryDescription([count], dnnl_f32, dnnl_a)
        let memory = try weights.place("\(layer.name).weight", packed, as: packed) { folded throws(EngineError) in
            var plain: [Float] = []
            for name in names { plain += try folded.values(name) }
            var values = [Float](repeating: 0, count: count)
            Self.withParts(sizes, plain) { aliquot_depthwise_pack($0, Int32(sizes.count), width, kernels.pointer, &values) }
            return values
        }
        let bias = try paddedVector("\(layer.name).bias", whole.outputs)
        let x = assembly.source(input), size = try bytes(index)
        let r = residual.map { assembly.source($0) }
        let y = assembly.result(bytes: size)
        let code = aliquot_activation(activation.code)
        let work = parts.reduce(0) { $0 + 2 * Double($1.weightShape.reduce(1, *)) } * Double(to[0] * to[2] * to[3])
        assembly.append(
            KernelOperation(layer.name, "depthwise convolution", flops: work) {
                withExtendedLifetime(kernels) {
                    var job = aliquot_depthwise_forward(
                        shape: shape, x: x.floats, weights: memory.floats, bias: bias.floats, residual: r?.floats, y: y.floats,
                        activation: code)
                    aliquot_depthwise_forward_run(&job)
                }
            })
    }

    /// One number for each of `count` channels and zeros up to whole blocks.
    func paddedVector(_ name: String, _ count: Int) throws(EngineError) -> Buffer {
        let padded = (count + width - 1) / width * width
        let vector = try MemoryDescription([padded], dnnl_f32, dnnl_a)
        return try weights.place("\(name) in blocks", vector, as: vector) { folded throws(EngineError) in
            try folded.values(name) + [Float](repeating: 0, count: padded - count)
        }
    }

    /// Shows a kernel the parts, their weights one behind the other in `plain`.
    private static func withParts<Result>(
        _ sizes: [(channels: Int, kernel: Int)], _ plain: [Float]?, _ body: (UnsafePointer<aliquot_depthwise_part>?) -> Result
    ) -> Result {
        var plain = plain ?? []
        return plain.withUnsafeMutableBufferPointer { plain in
            var offset = 0
            let parts = sizes.map { size in
                defer { offset += size.channels * size.kernel * size.kernel }
                return aliquot_depthwise_part(
                    channels: Int32(size.channels), kernel: Int32(size.kernel), weights: plain.baseAddress.map { $0 + offset })
            }
            return parts.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
