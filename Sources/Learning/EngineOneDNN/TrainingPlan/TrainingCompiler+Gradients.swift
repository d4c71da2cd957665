import CKernels
import Engine

/// How the gradient of a node's result comes together from its readers.
extension TrainingCompiler {
    /// The gradient of a rearrangement that reads a node: `table` says where its channels come from, `source` is the node's number in it.
    struct RouteReader {
        let gradient: Buffer
        let blocks: Int32
        let table: [aliquot_route_channel]
        let source: Int32
    }

    /// Adds one part to the gradient of a node's result. A third part has the first two summed, not itself: what writes it comes after this call.
    func addGradient(_ buffer: Buffer, to node: Int) throws(EngineError) {
        var parts = gradients[node] ?? []
        if parts.count == 2 {
            appendSum(of: parts[1], into: parts[0], count: try count(node), node)
            parts.removeLast()
        }
        gradients[node] = parts + [buffer]
    }

    private func appendSum(of buffer: Buffer, into sum: Buffer, count: Int64, _ node: Int) {
        let threads = Int32(threads)
        buffer.use(at: time)
        sum.use(at: time)
        appendBackward(
            KernelOperation(nodeName(node), "gradient sum") {
                aliquot_activation_forward(sum.floats, buffer.floats, sum.floats, count, ALIQUOT_LINEAR, threads)
            })
    }

    func nodeName(_ node: Int) -> String { graph.nodes[node].name.isEmpty ? "\(node)" : graph.nodes[node].name }

    /// The gradient of a node's result in one or two buffers, to be added.
    func gradientParts(_ node: Int) throws(EngineError) -> [Buffer] {
        if let readers = routeReaders.removeValue(forKey: node) { try gather(readers, node) }
        guard let parts = gradients[node], !parts.isEmpty else {
            throw .unsupported(what: "the gradient of node \(node) '\(graph.nodes[node].name)'", by: "training")
        }
        for part in parts { part.use(at: time) }
        return parts
    }

    /// The whole gradient of a node's result in one buffer.
    func gradient(_ node: Int) throws(EngineError) -> Buffer {
        let parts = try gradientParts(node)
        if parts.count == 2 { appendSum(of: parts[1], into: parts[0], count: try count(node), node) }
        gradients[node] = [parts[0]]
        return parts[0]
    }

    func newGradient(of node: Int) throws(EngineError) -> Buffer {
        let buffer = makeBuffer(bytes: try bytes(node))
        try addGradient(buffer, to: node)
        return buffer
    }

    /// From the gradients of the rearrangements that read a node to the node's own: for each channel the sum of its readers.
    private func gather(_ readers: [RouteReader], _ node: Int) throws(EngineError) {
        var found = [[aliquot_route_channel]](repeating: [], count: shapes[node][1])
        for (index, reader) in readers.enumerated() {
            for (channel, origin) in reader.table.enumerated() where origin.source == reader.source {
                found[Int(origin.channel)].append(aliquot_route_channel(source: Int32(index), channel: Int32(channel)))
            }
        }
        let dx = try newGradient(of: node)
        for round in 0..<max(1, found.map(\.count).max() ?? 1) {
            let table = found.map { $0.count > round ? $0[round] : aliquot_route_channel(source: -1, channel: 0) }
            for reader in readers { reader.gradient.use(at: time) }
            appendBackward(
                RouteOperation(
                    nodeName(node), "route backward", shape: blockedShape(node), table: table,
                    sources: readers.map { ($0.gradient, $0.blocks) }, result: dx, accumulates: round > 0))
        }
    }
}
