import COneDNN
import Engine

/// Between layers in 8 bits and layers left in float.
extension Int8InferenceCompiler {
    /// Converts those results that a layer reads and that were not made as it computes. Features are float everywhere.
    func convertInputs(of layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        for input in Set(layer.inputs + [layer.kind.residual].compactMap { $0 }).sorted()
        where !isFeatures(input) && areFloat[input] != areFloat[index] {
            try assembly.readConverted(input) { () throws(EngineError) -> Buffer in
                if input == 0 { return try pictureForFloat(at: index) }
                let (eight, real) = try (description(input), float.description(input))
                let x = assembly.source(input), scale = scales[input].scale
                return try areFloat[index]
                    ? reorder(x, eight, real, factor: scale, "dequantise", name(input))
                    : reorder(x, real, eight, factor: 1 / scale, "quantise", name(input))
            }
        }
    }

    /// The picture as layers in float read it, where others read it in 8 bits: the numbers that came in.
    private func pictureForFloat(at index: Int) throws(EngineError) -> Buffer {
        let pictures = assembly.pictures
        pictures.use(at: index)
        if network.isInputOnlyConvolved { return pictures }
        return try reorder(pictures, MemoryDescription(shapes[0], dnnl_f32, dnnl_nchw), float.description(0), factor: 1, "reorder", "input")
    }

    private func reorder(_ x: Buffer, _ from: MemoryDescription, _ to: MemoryDescription, factor: Float, _ kind: String, _ name: String)
        throws(EngineError) -> Buffer
    {
        let attributes = try PrimitiveAttributes()
        if factor != 1 { try attributes.setOutputScales([factor]) }
        let primitive = try PrimitiveDescription(reorder: from, to: to, attributes: attributes, runtime, node: name)
        let y = assembly.temporary(bytes: to.bytes)
        try assembly.append(kind, primitive, [.init(DNNL_ARG_FROM, from, x), .init(DNNL_ARG_TO, to, y)])
        return y
    }

    private func name(_ layer: Int) -> String { network.layers[layer].name.isEmpty ? "layer \(layer)" : network.layers[layer].name }
}
