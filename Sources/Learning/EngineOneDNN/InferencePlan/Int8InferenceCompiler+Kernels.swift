import CKernels
import Engine

/// Convolutions by kernels of our own. Where the CPU has AVX-512 VNNI and VBMI: depthwise ones (kernels to 11; twice as fast as oneDNN's, four times with an expensive activation behind), and
/// 1×1 ones (as fast as oneDNN's; of parts only what is not zero is multiplied; SiLU costs a third). Where it has AVX2 alone: depthwise ones too, and dense ones
/// (``winograd(_:_:_:_:_:)``, ``pairs(_:_:_:_:_:)``).
extension Int8InferenceCompiler {
    /// Whether a kernel of ours took the layer.
    func ownConvolution(
        _ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) -> Bool {
        let hasVNNI = Runtime.instructionSet.hasVNNI
        if hasVNNI {
            guard Runtime.instructionSet.blockWidth == 16, aliquot_has_int8_convolutions() != 0 else { return false }
        } else {
            guard aliquot_has_int8_pairs() != 0, try isBounded(parts, activation, residual, layer, index) else { return false }
        }
        if parts.allSatisfy({ $0.groups == $0.inputs && $0.groups == $0.outputs && ($0.groups > 1 || parts.count > 1) }) {
            let joined = try ConvolutionParts(parts, side: shapes[layer.inputs[0]][2], name: layer.name)
            guard joined.isCentred, joined.whole.kernel <= 11 else { return false }
            if !hasVNNI {
                guard parts.allSatisfy({ $0.stride <= 2 && $0.kernel % 2 == 1 }), try has7Bits(layer) else { return false }
            }
            try depthwise(parts, joined.whole, activation, residual, layer, index)
            return true
        }
        guard hasVNNI else {
            if try winograd(parts, activation, residual, layer, index) { return true }
            return try pairs(parts, activation, residual, layer, index)
        }
        guard parts.allSatisfy({ $0.kernel == 1 && $0.stride == 1 && $0.groups == 1 }), shapes[layer.inputs[0]].count == 4,
            shapes[layer.inputs[0]].dropFirst(2) == shapes[index].dropFirst(2)
        else { return false }
        try pointwise(parts, activation, residual, layer, index)
        return true
    }

    /// Whether no picture whatever leads to more levels than 32 bits hold.
    private func isBounded(_ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int)
        throws(EngineError) -> Bool
    {
        let weights = try weights(layer)
        let levels = zip(parts, weights).map { part, weights in
            let most = 255 * 127 * Double(part.weightShape.dropFirst().reduce(1, *)) * Double(scales[layer.inputs[0]].scale)
            return most * Double(weights.scales.max() ?? 0) + Double(weights.bias.map(abs).max() ?? 0)
        }
        let added = residual.map { 255 * Double(scales[$0].scale) } ?? 0
        // These make up to 1 of less.
        let least: Double = activation == .sigmoid || activation == .hardSigmoid ? 1 : 0
        return max(least, (levels.max() ?? 0) + added) / Double(scales[index].scale) < 0x1p30
    }

    /// Whether two products of the layer's weights fit 16 bits together.
    func has7Bits(_ layer: FusedNetwork.Layer) throws(EngineError) -> Bool {
        let weights = try weights(layer)
        return weights.allSatisfy { $0.values.allSatisfy { (-63...63).contains($0) } }
    }

    private func depthwise(
        _ parts: [Convolution], _ whole: Convolution, _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) {
        let input = layer.inputs[0], from = shapes[input], to = shapes[index], weights = try weights(layer)
        let channels = parts.map { Int32($0.outputs) }, kernels = parts.map { Int32($0.kernel) }
        var bytes: Int64 = 0
        let count = aliquot_int8_depthwise_chunks(Int32(parts.count), channels, kernels, nil, &bytes)
        let chunks = OwnedArray([aliquot_int8_chunk](repeating: aliquot_int8_chunk(), count: Int(count)))
        aliquot_int8_depthwise_chunks(Int32(parts.count), channels, kernels, chunks.pointer, &bytes)
        let (packed, isNew) = try assembly.weights.place("\(layer.name).weight in chunks", bytes: Int(bytes))
        var finish = OwnFinish(activation, residual, self, input: input, output: index)
        if isNew {
            for chunk in UnsafeBufferPointer(start: chunks.pointer, count: chunks.count) {
                let part = layer.weights.lastIndex { $0.firstOutput <= Int(chunk.channel) } ?? 0,
                    area = parts[part].kernel * parts[part].kernel
                let first = Int(chunk.channel) - layer.weights[part].firstOutput
                var sums = [Int32](repeating: 0, count: 16)
                let plain = Array(weights[part].values[(first * area)..<((first + Int(chunk.count)) * area)])
                withUnsafePointer(to: chunk) {
                    aliquot_int8_depthwise_pack(
                        $0, plain, packed.address.assumingMemoryBound(to: Int8.self) + Int(chunk.weights), &sums)
                }
                for lane in 0..<16 {
                    finish.append(lane < Int(chunk.count) ? weights[part] : nil, first + lane, sum: sums[lane])
                }
            }
        }
        let (scales, bias) = try finish.keep(layer.name, count: Int(count) * 16, isNew)
        let padding = [2, 3].map { whole.padding.pixels(side: from[$0], kernel: whole.kernel, stride: whole.stride).before }
        let x = assembly.source(input), r = residual.map { assembly.source($0) }, y = assembly.result(bytes: self.bytes(index))
        var job = aliquot_int8_depthwise(
            batch: Int32(from[0]), channels: Int32(from[1]), in_height: Int32(from[2]), in_width: Int32(from[3]), out_height: Int32(to[2]),
            out_width: Int32(to[3]), stride: Int32(whole.stride), kernel: Int32(whole.kernel), pad_top: Int32(padding[0]),
            pad_left: Int32(padding[1]), x_signed: sign(input), chunk_count: count, threads: threads, chunks: chunks.pointer, x: nil,
            weights: packed.address.assumingMemoryBound(to: Int8.self), y: nil, finish: finish.job(scales, bias))
        assembly.append(
            KernelOperation(layer.name, "depthwise convolution", flops: work(parts, index)) {
                withExtendedLifetime(chunks) {
                    job.x = UnsafeRawPointer(x.address)
                    job.y = y.address
                    job.finish.residual = r.map { UnsafeRawPointer($0.address) }
                    aliquot_int8_depthwise_run(&job)
                }
            })
    }

    private func pointwise(
        _ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) {
        let input = layer.inputs[0], shape = shapes[index], weights = try weights(layer)
        var placed: [aliquot_int8_pointwise_part] = []
        var (firstInput, firstOutput, vectors, bytes) = (0, 0, 0, 0)
        for part in parts {
            placed.append(
                aliquot_int8_pointwise_part(
                    first_input: Int32(firstInput), inputs: Int32(part.inputs), first_output: Int32(firstOutput),
                    outputs: Int32(part.outputs),
                    weights: Int64(bytes), vectors: Int32(vectors)))
            firstInput += part.inputs
            firstOutput += part.outputs
            vectors += (part.outputs + 15) / 16
            bytes += Int(aliquot_int8_pointwise_bytes(Int32(part.inputs), Int32(part.outputs)))
        }
        let table = OwnedArray(placed)
        let (packed, isNew) = try assembly.weights.place("\(layer.name).weight in vectors", bytes: bytes)
        var finish = OwnFinish(activation, residual, self, input: input, output: index)
        if isNew {
            for (part, weights) in zip(placed, weights) {
                var sums = [Int32](repeating: 0, count: Int(part.outputs))
                aliquot_int8_pointwise_pack(
                    part.inputs, part.outputs, weights.values, packed.address.assumingMemoryBound(to: Int8.self) + Int(part.weights), &sums)
                for lane in 0..<(sums.count + 15) / 16 * 16 {
                    finish.append(lane < sums.count ? weights : nil, lane, sum: lane < sums.count ? sums[lane] : 0)
                }
            }
        }
        let (scales, bias) = try finish.keep(layer.name, count: vectors * 16, isNew)
        let x = assembly.source(input), r = residual.map { assembly.source($0) }, y = assembly.result(bytes: self.bytes(index))
        var job = aliquot_int8_pointwise(
            pixels: Int64(shape[0] * shape[2] * shape[3]), inputs: Int32(shapes[input][1]), outputs: Int32(shape[1]), x_signed: sign(input),
            part_count: Int32(placed.count), threads: threads, parts: table.pointer, x: nil,
            weights: packed.address.assumingMemoryBound(to: Int8.self), y: nil, finish: finish.job(scales, bias))
        assembly.append(
            KernelOperation(layer.name, "pointwise convolution", flops: work(parts, index)) {
                withExtendedLifetime(table) {
                    job.x = UnsafeRawPointer(x.address)
                    job.y = y.address
                    job.finish.residual = r.map { UnsafeRawPointer($0.address) }
                    aliquot_int8_pointwise_run(&job)
                }
            })
    }

    /// Multiplications and additions of convolutions that make a layer's result.
    func work(_ parts: [Convolution], _ index: Int) -> Double {
        let weights = parts.reduce(0) { $0 + $1.weightShape.reduce(1, *) }
        return 2 * Double(weights) * Double(shapes[index][0] * shapes[index][2] * shapes[index][3])
    }
}
