import CKernels
import Engine

extension Int8InferenceCompiler {
    /// A dense 3×3 convolution of stride 1 with a quarter of the products, for CPUs without VNNI: half the time of ``pairs(_:_:_:_:_:)``, and one or
    /// two results in a hundred a level off.
    /// - Returns: false where another way must be taken: for other layers, and where the tiles of 4×4 results are too few or too empty to repay what lies
    ///   before and behind the products.
    func winograd(
        _ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) -> Bool {
        let input = layer.inputs[0], from = shapes[input], to = shapes[index]
        guard from.count == 4, parts.count == 1, let part = parts.first, part.kernel == 3, part.stride == 1,
            part.groups == 1, part.inputs >= 16, part.outputs >= 24
        else { return false }
        let pixels = to[2] * to[3], tiles = ((to[2] + 3) / 4) * ((to[3] + 3) / 4)
        // Few tiles have many weights to read for little work: 36 of 16 bits for 9 of 8.
        guard tiles * 16 <= 2 * pixels, tiles >= 9 || part.inputs * part.outputs <= 128 * 128 else { return false }
        let channels = Int32(part.inputs), outputs = Int32(part.outputs), lanes = (part.outputs + 15) / 16 * 16
        let weights = try weights(layer)[0], count = Int(aliquot_int8_winograd_weight_count(channels, outputs))
        let (packed, isNew) = try assembly.weights.place("\(layer.name).weight in tiles", bytes: count * 2)
        var finish = OwnFinish(activation, residual, self, input: input, output: index)
        var scales = [Float](repeating: 0, count: Int(aliquot_int8_winograd_unit_count(outputs)))
        if isNew {
            var transformed = [Double](repeating: 0, count: part.inputs * 36)
            aliquot_int8_winograd_pack(
                channels, outputs, weights.values, &transformed, packed.address.assumingMemoryBound(to: Int16.self), &scales)
            for lane in 0..<lanes { finish.append(lane < part.outputs ? weights : nil, lane, sum: 0) }
            // [slice of 32 outputs][place][output]
            for place in scales.indices {
                let output = place / (36 * 32) * 32 + place % 32
                scales[place] *= output < part.outputs ? finish.scales[output] : 0
            }
        }
        let kept = try keep("\(layer.name).weight_scale in tiles", scales)
        let bias = try finish.keepBias(layer.name, count: lanes, isNew)
        let padding = [2, 3].map { part.padding.pixels(side: from[$0], kernel: 3, stride: 1).before }
        var job = aliquot_int8_winograd(
            batch: Int32(from[0]), channels: channels, in_height: Int32(from[2]), in_width: Int32(from[3]), outputs: outputs,
            out_height: Int32(to[2]), out_width: Int32(to[3]), pad_top: Int32(padding[0]), pad_left: Int32(padding[1]),
            x_signed: sign(input), threads: threads, x: nil, weights: packed.address.assumingMemoryBound(to: Int16.self), scratch: nil,
            y: nil, finish: finish.job(kept, bias))
        let x = assembly.source(input), r = residual.map { assembly.source($0) }
        let scratch = assembly.temporary(bytes: Int(aliquot_int8_winograd_scratch(&job)))
        let y = assembly.result(bytes: bytes(index))
        assembly.append(
            KernelOperation(layer.name, "convolution 3x3", flops: work(parts, index)) {
                job.x = UnsafeRawPointer(x.address)
                job.scratch = scratch.address
                job.y = y.address
                job.finish.residual = r.map { UnsafeRawPointer($0.address) }
                aliquot_int8_winograd_run(&job)
            })
        return true
    }
}
