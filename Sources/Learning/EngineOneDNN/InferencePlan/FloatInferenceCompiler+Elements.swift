import CKernels
import COneDNN
import Engine

extension FloatInferenceCompiler {
    var threads: Int32 { Int32(runtime.threads) }

    func blocks(_ layer: Int) -> aliquot_blocked_shape {
        let shape = shapes[layer]
        return aliquot_blocked_shape(
            batch: Int32(shape[0]), blocks: Int32((shape[1] + width - 1) / width), pixels: Int32(shape[2] * shape[3]), width: Int32(width),
            threads: threads)
    }

    func pooling(_ pool: PoolingShapes, _ kind: String, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let source = try description(layer.inputs[0]), destination = try description(index)
        let primitive = try pool.forward(source, destination, isTraining: false, attributes: PrimitiveAttributes(), runtime)
        let x = assembly.source(layer.inputs[0]), y = assembly.result(bytes: destination.bytes)
        try assembly.append(kind, primitive, [.init(DNNL_ARG_SRC, source, x), .init(DNNL_ARG_DST, destination, y)])
    }

    func mean(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let input = layer.inputs[0], blocks = blocks(input), channels = Int32(shapes[input][1])
        let x = assembly.source(input), y = assembly.result(bytes: try bytes(index))
        assembly.append(KernelOperation(layer.name, "mean") { aliquot_global_mean_forward(blocks, channels, x.floats, y.floats) })
    }

    func linear(_ linear: Linear, _ activation: Activation?, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let n = Int32(shapes[index][0]), inputs = Int32(linear.inputs), outputs = Int32(linear.outputs), threads = threads
        let x = assembly.source(layer.inputs[0]), y = assembly.result(bytes: try bytes(index))
        let matrix = try MemoryDescription([linear.outputs, linear.inputs], dnnl_f32, dnnl_ab)
        let weight = try weights.place("\(layer.name).weight", matrix, as: matrix)
        let bias = try weights.vector("\(layer.name).bias", linear.outputs)
        let code = aliquot_activation(activation.code)
        assembly.append(
            KernelOperation(layer.name, "linear", flops: 2 * Double(n) * Double(linear.inputs * linear.outputs)) {
                aliquot_linear_forward_activated(n, inputs, outputs, x.floats, weight.floats, bias.floats, y.floats, code, threads)
            })
    }

    /// An addition or activation that no convolution took in.
    func elementwise(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let code = aliquot_activation(layer.kind.activation.code), threads = threads
        let a = assembly.source(layer.inputs[0]), b = layer.inputs.count > 1 ? assembly.source(layer.inputs[1]) : nil
        let size = try bytes(index), y = assembly.resultInPlace(bytes: size)
        assembly.append(
            KernelOperation(layer.name, "activation") {
                aliquot_activation_forward(a.floats, b?.floats, y.floats, Int64(size / 4), code, threads)
            })
    }

    /// Pictures times one number for each picture and channel.
    func channelScale(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let blocks = blocks(index), channels = Int32(shapes[index][1])
        let x = assembly.source(layer.inputs[0]), factors = assembly.source(layer.inputs[1])
        let y = assembly.resultInPlace(bytes: try bytes(index))
        assembly.append(
            KernelOperation(layer.name, "channel scale") {
                aliquot_channel_scale_forward(blocks, channels, x.floats, factors.floats, y.floats)
            })
    }
}
