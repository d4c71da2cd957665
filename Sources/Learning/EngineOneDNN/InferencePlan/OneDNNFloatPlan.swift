import COneDNN
import Engine

/// A float forward pass on oneDNN. Used by one thread at a time.
package final class OneDNNFloatPlan: FloatInferencePlan {
    package let batch: Int
    package let classes: Int
    package var network: FusedNetwork { compiled.network }
    package var activationBytes: Int { compiled.arena.bytes }
    private let graph: Graph
    private let compiled: FloatInferenceCompiler
    private let picture: Int

    package init(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) {
        let folded = try graph.folded(with: parameters)
        self.graph = graph
        batch = options.batch
        classes = graph.classes
        compiled = try FloatInferenceCompiler(folded.network, options)
        picture = compiled.shapes[0].dropFirst().reduce(1, *)
        try load(folded)
    }

    package func load(_ parameters: ParameterSet) throws(EngineError) { try load(try graph.folded(with: parameters)) }

    private func load(_ folded: FoldedNetwork) throws(EngineError) {
        compiled.runtime.adoptThreads()
        for (name, place) in compiled.parameters {
            guard let tensor = folded.weights[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
            try PlainReorder.write(tensor.values, place.plain, to: place.buffer.address, place.layout, compiled.runtime, node: name)
        }
    }

    package func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        compiled.runtime.adoptThreads()
        try compiled.pictures.fill(pictures, count: count, batch: batch, picture: picture)
        for operation in compiled.operations { try operation.run(compiled.runtime) }
        guard let logits = compiled.values.last else { return [] }
        return Array(UnsafeBufferPointer(start: logits.floats, count: count * classes))
    }

    package func observe(
        _ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        compiled.runtime.adoptThreads()
        try compiled.pictures.fill(pictures, count: count, batch: batch, picture: picture)
        visit(0, pictures)
        var done = 0
        for layer in compiled.network.layers.indices {
            guard let last = compiled.operationOfLayer[layer] else { continue }
            while done <= last {
                try compiled.operations[done].run(compiled.runtime)
                done += 1
            }
            let shape = compiled.shapes[layer], layout = try compiled.description(layer)
            let plain = try MemoryDescription(shape, dnnl_f32, shape.count == 4 ? dnnl_nchw : dnnl_nc)
            let values = try PlainReorder.read(
                compiled.values[layer].address, layout, as: plain, count: shape.reduce(1, *), compiled.runtime,
                node: compiled.network.layers[layer].name)
            values.withUnsafeBufferPointer { visit(layer, UnsafeBufferPointer(rebasing: $0[..<(values.count / batch * count)])) }
        }
    }

    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.operations, compiled.runtime, repeats: repeats)
    }
}
