import CKernels
import Engine

extension Int8InferenceCompiler {
    /// A dense convolution, or 1×1 parts, by the kernel for CPUs without VNNI: as many products as provably fit 16 bits are summed before they are widened,
    /// where oneDNN widens each (an EPYC of Zen 2 multiplies once a cycle, and widening is a multiplication too).
    /// - Returns: false where another way must be taken: for grouped layers, for mixed ones with larger kernels, for weights of 8 bits.
    func pairs(
        _ parts: [Convolution], _ activation: Activation?, _ residual: Int?, _ layer: FusedNetwork.Layer, _ index: Int
    ) throws(EngineError) -> Bool {
        let input = layer.inputs[0], from = shapes[input], to = shapes[index], weights = try weights(layer)
        guard from.count == 4, let first = parts.first, try has7Bits(layer) else { return false }
        func padding(_ part: Convolution) -> [Int] {
            [2, 3].map { part.padding.pixels(side: from[$0], kernel: part.kernel, stride: part.stride).before }
        }
        let shared = padding(first)
        // All parts see the same of a picture, and no sum exceeds 32 bits.
        let isOne = parts.allSatisfy {
            $0.groups == 1 && (parts.count == 1 || $0.kernel == 1 && $0.stride == first.stride && padding($0) == shared)
                && 255 * 63 * $0.inputs * $0.kernel * $0.kernel <= Int32.max
        }
        guard isOne else { return false }
        // What the kernel sees of a picture.
        let seen = [2, 3].map { (to[$0] - 1) * first.stride + first.kernel }
        let isPadded = shared != [0, 0] || seen[0] > from[2] || seen[1] > from[3]
        // Signed numbers are made unsigned on the way.
        let isCopied = isPadded || sign(input) != 0, copied = isPadded ? seen : [from[2], from[3]]
        let width = copied[1], channels = from[1]

        var sets: [aliquot_int8_pairs_set] = []
        var (firstOutput, steps) = (0, 0)
        for part in parts {
            for output in stride(from: 0, to: part.outputs, by: 16) {
                sets.append(
                    aliquot_int8_pairs_set(
                        first_output: Int32(firstOutput + output), outputs: Int32(min(16, part.outputs - output)), runs: (0, 0, 0, 0, 0, 0),
                        steps: Int64(steps), blocks: 0))
                steps += Int(aliquot_int8_pairs_steps(Int32(part.kernel), Int32(channels), Int32(part.inputs)))
            }
            firstOutput += part.outputs
        }
        let name = "\(layer.name).weight in pairs"
        let (table, isNew) = try assembly.weights.place(
            "\(name), sets", bytes: MemoryLayout<aliquot_int8_pairs_set>.stride * sets.count)
        let offsets = try assembly.weights.place("\(name), offsets", bytes: steps * 4).buffer
            .address.bindMemory(to: Int32.self, capacity: steps)
        let starts = try assembly.weights.place("\(name), starts", bytes: sets.count * 64).buffer
            .address.bindMemory(to: Int32.self, capacity: sets.count * 16)
        let kept = table.address.bindMemory(to: aliquot_int8_pairs_set.self, capacity: sets.count)
        var finish = OwnFinish(activation, residual, self, input: input, output: index)
        var blocks: [Int8] = []
        if isNew {
            var (next, firstInput) = (0, 0)
            for (part, weights) in zip(parts, weights) {
                let size = part.inputs * part.kernel * part.kernel
                let most = aliquot_int8_pairs_most_blocks(
                    aliquot_int8_pairs_steps(Int32(part.kernel), Int32(channels), Int32(part.inputs)))
                var filled = [Int8](repeating: 0, count: Int(most) * 64)
                for output in stride(from: 0, to: part.outputs, by: 16) {
                    var sums = [Int32](repeating: 0, count: 16)
                    let plain = Array(weights.values[(output * size)..<((output + Int(sets[next].outputs)) * size)])
                    sets[next].blocks = Int64(blocks.count / 64)
                    let count = aliquot_int8_pairs_pack(
                        Int32(part.kernel), Int32(channels), Int32(width), Int32(firstInput), Int32(part.inputs), plain, &sets[next],
                        offsets + Int(sets[next].steps), &filled, starts + next * 16, &sums)
                    guard count > 0 else {
                        throw .unsupported(what: "the weights of '\(layer.name)'", by: "16-bit sums or the memory there is")
                    }
                    blocks += filled.prefix(Int(count) * 64)
                    for lane in 0..<16 { finish.append(lane < Int(sets[next].outputs) ? weights : nil, output + lane, sum: sums[lane]) }
                    next += 1
                }
                firstInput += part.inputs
            }
            kept.initialize(from: sets, count: sets.count)
        }
        // Where they are already, their length is not asked for.
        let packed = try keep("\(name), blocks", blocks)
        let (scales, bias) = try finish.keep(layer.name, count: sets.count * 16, isNew)
        let x = assembly.source(input), r = residual.map { assembly.source($0) }
        let padded = isCopied ? assembly.temporary(bytes: from[0] * copied[0] * copied[1] * channels + 64) : nil
        let y = assembly.result(bytes: bytes(index))
        var job = aliquot_int8_pairs(
            batch: Int32(from[0]), channels: Int32(channels), in_height: Int32(from[2]), in_width: Int32(from[3]), out_height: Int32(to[2]),
            out_width: Int32(to[3]), stride: Int32(first.stride), kernel: Int32(first.kernel), pad_top: Int32(shared[0]),
            pad_left: Int32(shared[1]), padded_height: Int32(copied[0]), padded_width: Int32(copied[1]), outputs: Int32(to[1]),
            x_signed: sign(input), set_count: Int32(sets.count), threads: threads, sets: kept, offsets: offsets,
            blocks: packed.address.assumingMemoryBound(to: Int8.self), starts: starts, x: nil, padded: nil, y: nil,
            finish: finish.job(scales, bias))
        assembly.append(
            KernelOperation(
                layer.name, parts.count > 1 || first.kernel == 1 ? "pointwise convolution" : "convolution \(first.kernel)x\(first.kernel)",
                flops: work(parts, index)
            ) {
                job.x = UnsafeRawPointer(x.address)
                job.padded = padded?.address
                job.y = y.address
                job.finish.residual = r.map { UnsafeRawPointer($0.address) }
                aliquot_int8_pairs_run(&job)
            })
        return true
    }
}
