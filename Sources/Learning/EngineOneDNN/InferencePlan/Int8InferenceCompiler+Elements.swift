import CKernels
import COneDNN
import Engine
import Foundation

/// What is computed pixel by pixel in 8 bits: the picture's quantisation, poolings, additions, activations, the scaling of squeeze-and-excite.
extension Int8InferenceCompiler {
    func input(channels: Int, _ index: Int) {
        let shape = shapes[index], pictures = assembly.pictures, threads = threads, factor = 1 / scales[index].scale
        pictures.use(at: index)
        let y = assembly.result(bytes: bytes(index))
        assembly.append(
            KernelOperation("input", "quantise") {
                aliquot_quantise_pictures(
                    Int32(shape[0]), Int32(channels), Int32(shape[2] * shape[3]), pictures.floats, factor,
                    y.address.assumingMemoryBound(to: Int8.self), threads)
            })
    }

    func pooling(_ pool: PoolingShapes, _ kind: String, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let source = try description(layer.inputs[0]), destination = try description(index)
        let primitive = try pool.forward(source, destination, isTraining: false, attributes: PrimitiveAttributes(), runtime)
        let x = assembly.source(layer.inputs[0]), y = assembly.result(bytes: bytes(index))
        try assembly.append(kind, primitive, [.init(DNNL_ARG_SRC, source, x), .init(DNNL_ARG_DST, destination, y)])
    }

    func addition(_ activation: Activation?, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        guard !isFeatures(index) else { return featureElements(activation, layer, index) }
        let (first, second) = (layer.inputs[0], layer.inputs[1])
        let finish = Finish(activation, output: scales[index])
        let unit = finish.activation == nil ? finish.unit : 1
        let a = assembly.source(first), b = assembly.source(second), y = assembly.result(bytes: bytes(index))
        var job = aliquot_int8_add(
            count: Int64(count(index)), a: nil, b: nil, y: nil, a_signed: sign(first), b_signed: sign(second), y_signed: sign(index),
            factor_a: scales[first].scale / unit, factor_b: scales[second].scale / unit,
            factor_y: finish.activation == nil ? 1 : 1 / scales[index].scale, activation: aliquot_activation(finish.activation.code),
            threads: threads)
        assembly.append(
            KernelOperation(layer.name, "addition") {
                job.a = UnsafeRawPointer(a.address)
                job.b = UnsafeRawPointer(b.address)
                job.y = y.address
                aliquot_int8_add_run(&job)
            })
    }

    /// An activation that no convolution took in: a table of what becomes of each of the 256 integers.
    func activation(_ activation: Activation, _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        guard !isFeatures(index) else { return featureElements(activation, layer, index) }
        let input = layer.inputs[0], count = Int64(count(index)), threads = threads
        let table = LevelTable(from: scales[input], to: scales[index], activation).entries
        let x = assembly.source(input), y = assembly.result(bytes: bytes(index))
        assembly.append(
            KernelOperation(layer.name, "lookup") {
                aliquot_int8_lookup(
                    count, x.address.assumingMemoryBound(to: UInt8.self), table.pointer, y.address.assumingMemoryBound(to: UInt8.self),
                    threads)
            })
    }

    func channelScale(_ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        let (input, gate) = (layer.inputs[0], layer.inputs[1])
        guard !isFeatures(index), isFeatures(gate) else {
            throw .unsupported(what: "channel scale '\(layer.name)' of anything but pictures by features", by: "int8")
        }
        let shape = shapes[index], (signX, signY, threads) = (sign(input), sign(index), threads)
        let factor = scales[input].scale / scales[index].scale
        let x = assembly.source(input), s = assembly.source(gate), factors = assembly.temporary(bytes: shape[0] * shape[1] * 4)
        let y = assembly.resultInPlace(bytes: bytes(index))
        assembly.append(
            KernelOperation(layer.name, "scale") {
                aliquot_channel_scale_int8(
                    Int32(shape[0]), Int32(shape[1]), Int32(shape[2] * shape[3]), x.address, signX, s.floats, factor, factors.floats,
                    y.address,
                    signY, threads)
            })
    }
}

/// What becomes of each 8-bit number on its way from one grid to another, through an activation: exact, because there are 256 of them.
struct LevelTable {
    /// By the number's bits.
    let entries: OwnedArray<UInt8>

    init(from: ActivationScale, to: ActivationScale, _ activation: Activation? = nil) {
        entries = OwnedArray(
            (0..<256).map { bits in
                let integer = from.isSigned ? Int(Int8(truncatingIfNeeded: bits)) : bits
                let real = Double(integer) * Double(from.scale)
                let level = ((activation?.value(real) ?? real) / Double(to.scale)).rounded(.toNearestOrEven)
                return UInt8(truncatingIfNeeded: Int(min(max(level, Double(to.levels.lowerBound)), Double(to.levels.upperBound))))
            })
    }
}
