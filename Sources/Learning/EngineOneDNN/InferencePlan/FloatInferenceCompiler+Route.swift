import CKernels
import Engine

extension FloatInferenceCompiler {
    /// For each route that joins whole layers at block boundaries, the parts of its memory that those layers write to, so that joining them costs nothing. Only
    /// for one picture at a time: of several, a part would not be one piece of memory.
    func reserveJoins() throws(EngineError) {
        guard shapes[0][0] == 1 else { return }
        var placed: Set<Int> = []
        for (index, layer) in network.layers.enumerated() {
            guard case .route(let sources) = layer.kind, let starts = joinStarts(sources, layer, index),
                placed.isDisjoint(with: layer.inputs), shapes[index].count == 4
            else { continue }
            placed.formUnion(layer.inputs)
            let whole = assembly.arena.buffer(bytes: try bytes(index))
            let block = width * shapes[index][2] * shapes[index][3] * 4
            for (input, start) in zip(layer.inputs, starts) {
                assembly.reserve(Buffer(partOf: whole, offset: start / width * block, bytes: try bytes(input)), for: input)
            }
            assembly.reserve(whole, for: index)
        }
    }

    /// The first channel of every input in the result, where the result is all inputs one behind the other, each beginning with a block.
    private func joinStarts(_ sources: [FusedNetwork.ChannelSource], _ layer: FusedNetwork.Layer, _ index: Int) -> [Int]? {
        var starts: [Int] = []
        var channel = 0
        for (position, input) in layer.inputs.enumerated() {
            guard case .convolution(_, _, nil) = network.layers[input].kind, channel.isMultiple(of: width) else { return nil }
            starts.append(channel)
            for own in 0..<shapes[input][1] {
                guard channel < sources.count, sources[channel].input == position, sources[channel].channel == own else { return nil }
                channel += 1
            }
        }
        return channel == sources.count ? starts : nil
    }

    /// Channels gathered from several pictures; nothing to do where the inputs were written to their places.
    func route(_ sources: [FusedNetwork.ChannelSource], _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        guard shapes[index].count == 4 else { throw .unsupported(what: "route '\(layer.name)' of features", by: "float inference") }
        if assembly.isReserved(index) {
            for input in layer.inputs { _ = assembly.source(input) }
            _ = assembly.result(bytes: try bytes(index))
            assembly.share(with: layer.inputs)
            return
        }
        let inputs = layer.inputs.map { assembly.source($0) }, y = assembly.result(bytes: try bytes(index))
        let table = OwnedArray(
            sources.map { aliquot_route_channel(source: Int32($0.input), channel: Int32($0.channel)) })
        let blocks = OwnedArray(layer.inputs.map { self.blocks($0).blocks })
        let addresses = OwnedArray([UnsafePointer<Float>?](repeating: nil, count: inputs.count))
        let shape = self.blocks(index), channels = Int32(sources.count)
        assembly.append(
            KernelOperation(layer.name.isEmpty ? "layer \(index)" : layer.name, "route") {
                withExtendedLifetime((table, blocks)) {
                    for (position, input) in inputs.enumerated() { addresses.pointer[position] = UnsafePointer(input.floats) }
                    var job = aliquot_route(
                        shape: shape, channels: channels, sources: addresses.pointer, source_blocks: blocks.pointer, table: table.pointer,
                        y: y.floats, accumulate: 0)
                    aliquot_route_run(&job)
                }
            })
    }
}
