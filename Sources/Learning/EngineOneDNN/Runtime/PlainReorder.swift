import COneDNN
import Engine

/// Moves numbers between plain row-major arrays and a plan's own layouts; only outside of steps.
enum PlainReorder {
    /// `values` (described by `plain`) into `address` (described by `layout`).
    static func write(
        _ values: [Float], _ plain: MemoryDescription, to address: UnsafeMutableRawPointer, _ layout: MemoryDescription, _ runtime: Runtime,
        node: String
    ) throws(EngineError) {
        var copy = values
        let status = copy.withUnsafeMutableBytes { source -> Result<Void, EngineError> in
            guard let base = source.baseAddress else { return .success(()) }
            return Result { () throws(EngineError) in try run(base, plain, address, layout, runtime, node: node) }
        }
        try status.get()
    }

    /// `count` numbers from `address` (described by `layout`) in the order of `plain`.
    static func read(
        _ address: UnsafeMutableRawPointer, _ layout: MemoryDescription, as plain: MemoryDescription, count: Int, _ runtime: Runtime,
        node: String
    ) throws(EngineError) -> [Float] {
        var values = [Float](repeating: 0, count: count)
        let status = values.withUnsafeMutableBytes { destination -> Result<Void, EngineError> in
            guard let base = destination.baseAddress else { return .success(()) }
            return Result { () throws(EngineError) in try run(address, layout, base, plain, runtime, node: node) }
        }
        try status.get()
        return values
    }

    /// One reorder, made and thrown away.
    static func run(
        _ source: UnsafeMutableRawPointer, _ from: MemoryDescription, _ destination: UnsafeMutableRawPointer, _ to: MemoryDescription,
        _ runtime: Runtime,
        node: String
    ) throws(EngineError) {
        let description = try PrimitiveDescription(reorder: from, to: to, attributes: PrimitiveAttributes(), runtime, node: node)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: max(64, description.scratchBytes), alignment: 64)
        defer { scratch.deallocate() }
        let operation = PrimitiveOperation(
            "reorder", description,
            arguments: [
                .init(DNNL_ARG_FROM, from, Buffer(kept: source, bytes: from.bytes)),
                .init(DNNL_ARG_TO, to, Buffer(kept: destination, bytes: to.bytes)),
            ] + (try description.scratchArgument(Buffer(kept: scratch, bytes: description.scratchBytes))))
        try operation.bind(runtime)
        try operation.run(runtime)
        try check(dnnl_stream_wait(runtime.stream), "dnnl_stream_wait", node: node)
    }
}

extension PrimitiveDescription {
    /// The scratchpad's argument, where the primitive wants one.
    func scratchArgument(_ scratch: Buffer) throws(EngineError) -> [PrimitiveOperation.Argument] {
        guard scratchBytes > 0 else { return [] }
        return [PrimitiveOperation.Argument(DNNL_ARG_SCRATCHPAD, try memory(dnnl_query_scratchpad_md), scratch)]
    }
}
