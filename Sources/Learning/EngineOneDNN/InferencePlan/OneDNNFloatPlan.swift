import COneDNN
import Engine

/// A float forward pass on oneDNN. Used by one thread at a time.
package final class OneDNNFloatPlan: FloatInferencePlan {
    package let batch: Int
    package let classes: Int
    package let network: FusedNetwork
    package var activationBytes: Int { lanes.activationBytes }
    private let graph: Graph
    private let compiled: FloatInferenceCompiler
    private let lanes: InferenceLanes
    private let weights = FloatWeights()

    package init(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) {
        let folded = try graph.folded(with: parameters)
        let cut = InferenceLanes.Cut(options, slice: FloatInferenceCompiler.slice(of: folded.network))
        self.graph = graph
        network = folded.network
        batch = options.batch
        classes = graph.classes
        let compile = { [weights] () throws(EngineError) in
            try FloatInferenceCompiler.compile(
                folded.network, batch: cut.slice, side: options.side, threads: cut.threads, weights: weights)
        }
        compiled = try compile()
        var assemblies = [compiled.assembly]
        while assemblies.count < cut.lanes { assemblies.append(try compile().assembly) }
        lanes = InferenceLanes(assemblies, batch: options.batch, classes: graph.classes)
        try weights.load(folded, compiled.runtime)
    }

    package func load(_ parameters: ParameterSet) throws(EngineError) {
        compiled.runtime.adoptThreads()
        try weights.load(try graph.folded(with: parameters), compiled.runtime)
    }

    package func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        try lanes.run(pictures, count: count)
    }

    package func observe(
        _ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        try observe(pictures, count: count, layers: Set(network.layers.indices), visit: visit)
    }

    package func observe(
        _ pictures: UnsafeBufferPointer<Float>, count: Int, layers: Set<Int>, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        let assembly = compiled.assembly, slice = assembly.batch, picture = assembly.picture
        guard (1...batch).contains(count) else { throw .wrongCount(what: "pictures", got: count, expected: batch) }
        guard pictures.count == count * picture else {
            throw .wrongCount(what: "numbers of the pictures", got: pictures.count, expected: count * picture)
        }
        assembly.runtime.adoptThreads()
        for first in stride(from: 0, to: count, by: slice) {
            let size = min(slice, count - first)
            try observe(UnsafeBufferPointer(rebasing: pictures[(first * picture)..<((first + size) * picture)]), size, layers, visit)
        }
    }

    private func observe(
        _ pictures: UnsafeBufferPointer<Float>, _ count: Int, _ layers: Set<Int>, _ visit: (Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        let assembly = compiled.assembly
        try assembly.pictures.fill(pictures, count: count, batch: assembly.batch, picture: assembly.picture)
        if layers.contains(0) { visit(0, pictures) }
        var done = 0
        for layer in network.layers.indices.dropFirst() {
            if let last = assembly.operationOfLayer[layer] {
                while done <= last {
                    try assembly.operations[done].run(assembly.runtime)
                    done += 1
                }
            }
            guard layers.contains(layer) else { continue }
            let shape = assembly.shapes[layer]
            let plain = try MemoryDescription(shape, dnnl_f32, shape.count == 4 ? dnnl_nchw : dnnl_nc)
            let values = try PlainReorder.read(
                assembly.values[layer].address, compiled.description(layer), as: plain, count: shape.reduce(1, *), assembly.runtime,
                node: network.layers[layer].name)
            values.withUnsafeBufferPointer { visit(layer, UnsafeBufferPointer(rebasing: $0[..<(values.count / assembly.batch * count)])) }
        }
    }

    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.assembly.operations, compiled.runtime, repeats: repeats)
    }
}
