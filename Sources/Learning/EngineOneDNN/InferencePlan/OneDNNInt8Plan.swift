import Engine

/// An int8 forward pass on oneDNN. Used by one thread at a time.
package final class OneDNNInt8Plan: InferencePlan {
    package let batch: Int
    package let classes: Int
    package var activationBytes: Int { compiled.arena.bytes }
    private let compiled: Int8Compiler
    private let picture: Int

    package init(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) {
        batch = options.batch
        classes = network.network.classes
        compiled = try Int8Compiler(network, options)
        picture = compiled.shapes[0].dropFirst().reduce(1, *)
    }

    package func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        compiled.runtime.adoptThreads()
        try compiled.pictures.fill(pictures, count: count, batch: batch, picture: picture)
        for operation in compiled.operations { try operation.run(compiled.runtime) }
        return Array(UnsafeBufferPointer(start: compiled.logits.floats, count: count * classes))
    }

    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.operations, compiled.runtime, repeats: repeats)
    }
}
