import CKernels
import Engine

/// From pictures to features and what is computed on those, in float.
extension Int8InferenceCompiler {
    func mean(_ layer: FusedNetwork.Layer, _ index: Int) {
        let input = layer.inputs[0], shape = shapes[input], pixels = shape[2] * shape[3], sign = sign(input), threads = threads
        let factor = scales[input].scale / Float(pixels)
        let x = assembly.source(input), y = assembly.result(bytes: bytes(index))
        assembly.append(
            KernelOperation(layer.name, "mean") {
                aliquot_global_mean_int8(Int32(shape[0]), Int32(shape[1]), Int32(pixels), x.address, sign, factor, y.floats, threads)
            })
    }

    func linear(_ linear: Linear, _ activation: Activation?, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let weights = try weights(layer)[0], name = layer.name
        let n = Int32(shapes[index][0]), inputs = Int32(linear.inputs), outputs = Int32(linear.outputs), threads = threads
        let x = assembly.source(layer.inputs[0]), y = assembly.result(bytes: bytes(index))
        let matrix = try keep("\(name).weight", weights.values), scales = try keep("\(name).weight_scale", weights.scales)
        let bias = try keep("\(name).bias", weights.bias), code = aliquot_activation(activation.code)
        assembly.append(
            KernelOperation(name, "linear", flops: 2 * Double(n) * Double(linear.inputs * linear.outputs)) {
                aliquot_linear_int8(
                    n, inputs, outputs, x.floats, matrix.address.assumingMemoryBound(to: Int8.self), scales.floats, bias.floats, y.floats,
                    code,
                    threads)
            })
    }

    /// An addition or activation of features.
    func featureElements(_ activation: Activation?, _ layer: FusedNetwork.Layer, _ index: Int) {
        let code = aliquot_activation(activation.code), count = Int64(count(index)), threads = threads
        let x = assembly.source(layer.inputs[0]), other = layer.inputs.count > 1 ? assembly.source(layer.inputs[1]) : nil
        let y = assembly.result(bytes: bytes(index))
        assembly.append(
            KernelOperation(layer.name, "activation") {
                aliquot_activation_forward(x.floats, other?.floats, y.floats, count, code, threads)
            })
    }
}
