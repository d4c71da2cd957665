import COneDNN
import Engine

/// What the float and the int8 compiler have in common: one arena for the layers' results, scratch memory that all primitives share, and the operations in order.
///
/// One layer is compiled at a time, between ``begin(_:)`` and ``end()``; its index is the time by which lifetimes in the arena are counted. Invariants:
/// 1. Every layer registers exactly one value, by one of the `result` functions or ``adopt(_:)``.
/// 2. Memory that an operation touches was asked for by ``source(_:)``, `result` or ``temporary(bytes:)`` while its layer was compiled.
/// 3. A value is only written over by the last layer that reads it, and never where another value lies in the same memory.
final class InferenceAssembly {
    let network: FusedNetwork
    let runtime: Runtime
    /// The result shape of every layer.
    let shapes: [[Int]]
    let arena = Arena()
    /// Normalised pictures, plain float, `[batch, channels, side, side]`.
    let pictures: Buffer
    /// Memory that outlives steps, shared by all assemblies of a plan.
    let weights: KeptWeights
    private(set) var operations: [any PlanOperation] = []
    /// For each layer, the operation after which its result is there; nil where nothing needs to run.
    private(set) var operationOfLayer: [Int?] = []
    /// For each layer, where its result lies.
    private(set) var values: [Buffer] = []

    private let lastReaders: [Int]
    private let scratch: Buffer
    private var layer = 0
    /// Layers whose memory another layer's value lies in too.
    private var shared: Set<Int> = []
    private var reserved: [Int: Buffer] = [:]
    /// For each layer whose result was converted for some of its readers, where the converted one lies.
    private var converted: [Int: Buffer] = [:]
    /// Layers of which the one that is compiled reads the converted result.
    private var readsConverted: Set<Int> = []

    init(_ network: FusedNetwork, batch: Int, side: Int, threads: Int, weights: KeptWeights) throws(EngineError) {
        self.network = network
        self.weights = weights
        runtime = try Runtime(threads: threads)
        shapes = try network.shapes(batch: batch, side: side)
        lastReaders = network.lastReaders
        pictures = arena.buffer(bytes: shapes[0].reduce(4, *))
        scratch = arena.buffer(bytes: 64)
        pictures.use(at: 0)
        scratch.use(at: 0)
    }

    var batch: Int { shapes[0][0] }
    /// Numbers of one picture.
    var picture: Int { shapes[0].dropFirst().reduce(1, *) }
    /// The last layer's result.
    var logits: Buffer { values.last ?? pictures }

    // MARK: One layer

    func begin(_ layer: Int) {
        self.layer = layer
        readsConverted = []
    }

    /// From now on the layer that is compiled reads the result of `other` converted: for this layer and later ones it is converted once.
    /// - Parameter convert: appends what does it, and returns where the converted result lies.
    func readConverted(_ other: Int, _ convert: () throws(EngineError) -> Buffer) throws(EngineError) {
        if converted[other] == nil { converted[other] = try convert() }
        readsConverted.insert(other)
    }

    /// Where the layer that is compiled reads the result of `other`.
    private func value(_ other: Int) -> Buffer { readsConverted.contains(other) ? converted[other] ?? values[other] : values[other] }

    func end() throws(EngineError) {
        guard values.count == layer + 1 else {
            throw .wrongCount(what: "results after layer '\(network.layers[layer].name)'", got: values.count, expected: layer + 1)
        }
        operationOfLayer.append(operations.isEmpty ? nil : operations.count - 1)
    }

    /// The result of an earlier layer, read by the one that is compiled.
    func source(_ layer: Int) -> Buffer {
        let buffer = value(layer)
        buffer.use(at: self.layer)
        return buffer
    }

    /// Decides, before a layer is compiled, where its result will lie.
    func reserve(_ buffer: Buffer, for layer: Int) { reserved[layer] = buffer }

    func isReserved(_ layer: Int) -> Bool { reserved[layer] != nil }

    /// New memory for this layer's result, or what was reserved for it.
    func result(bytes: Int) -> Buffer {
        if let buffer = reserved[layer] { return adopt(buffer) }
        let buffer = arena.buffer(bytes: bytes)
        buffer.use(at: layer)
        values.append(buffer)
        return buffer
    }

    /// Memory for the result of a layer that adds `residual` to what it computes: the residual's own where nobody reads it afterwards, else a copy of it.
    func result(bytes: Int, adding residual: Int) -> Buffer {
        let inputs = network.layers[layer].inputs
        if mayWriteOver(residual), !inputs.contains(residual), value(residual).bytes >= bytes {
            return adopt(source(residual))
        }
        let r = source(residual), y = result(bytes: bytes)
        append(KernelOperation(network.layers[layer].name, "copy residual") { y.address.copyMemory(from: r.address, byteCount: bytes) })
        return y
    }

    /// Memory for the result of a layer that works element by element: its first input's where nobody reads it afterwards.
    func resultInPlace(bytes: Int) -> Buffer {
        let inputs = network.layers[layer].inputs
        guard let first = inputs.first, mayWriteOver(first), value(first).bytes >= bytes else { return result(bytes: bytes) }
        return adopt(source(first))
    }

    /// Takes `buffer` as this layer's result.
    @discardableResult
    func adopt(_ buffer: Buffer) -> Buffer {
        buffer.use(at: layer)
        values.append(buffer)
        return buffer
    }

    /// This layer's result and that of `layers` share memory from now on: none of them is ever written over.
    func share(with layers: [Int]) { shared.formUnion(layers + [layer]) }

    /// Memory that only this layer uses.
    func temporary(bytes: Int) -> Buffer {
        let buffer = arena.buffer(bytes: bytes)
        buffer.use(at: layer)
        return buffer
    }

    func append(_ operation: any PlanOperation) { operations.append(operation) }

    /// A primitive with its arguments and, where it wants one, the common scratch memory.
    func append(_ kind: String, _ description: PrimitiveDescription, flops: Double = 0, _ arguments: [PrimitiveOperation.Argument])
        throws(EngineError)
    {
        scratch.grow(to: description.scratchBytes)
        append(PrimitiveOperation(kind, description, flops: flops, arguments: arguments + (try description.scratchArgument(scratch))))
    }

    private func mayWriteOver(_ other: Int) -> Bool { lastReaders[other] == layer && other != 0 && !shared.contains(other) }

    // MARK: All layers

    /// Gives every buffer its place and makes the primitives.
    func finish() throws(EngineError) {
        scratch.use(at: network.layers.count)
        logits.use(at: network.layers.count)
        try arena.layOut()
        for operation in operations { try operation.bind(runtime) }
    }

    /// Runs all operations on `count` pictures; the rest of the batch is computed from zeros.
    func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) {
        runtime.adoptThreads()
        try self.pictures.fill(pictures, count: count, batch: batch, picture: picture)
        for operation in operations { try operation.run(runtime) }
    }
}

extension Buffer {
    /// Takes the pictures in and zeroes the rest of the batch.
    func fill(_ pictures: UnsafeBufferPointer<Float>, count: Int, batch: Int, picture: Int) throws(EngineError) {
        guard (1...batch).contains(count) else { throw .wrongCount(what: "pictures", got: count, expected: batch) }
        guard pictures.count == count * picture, let base = pictures.baseAddress else {
            throw .wrongCount(what: "numbers of the pictures", got: pictures.count, expected: count * picture)
        }
        floats.update(from: base, count: pictures.count)
        if count < batch { (floats + pictures.count).update(repeating: 0, count: (batch - count) * picture) }
    }
}
