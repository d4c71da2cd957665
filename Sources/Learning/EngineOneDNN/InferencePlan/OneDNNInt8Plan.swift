import COneDNN
import Engine

/// An int8 forward pass on oneDNN. Used by one thread at a time.
package final class OneDNNInt8Plan: InferencePlan {
    package let batch: Int
    package let classes: Int
    package var activationBytes: Int { lanes.activationBytes }
    private let compiled: Int8InferenceCompiler
    private let lanes: InferenceLanes

    package init(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) {
        let cut = InferenceLanes.Cut(options, slice: Int8InferenceCompiler.slice), weights = FloatWeights()
        let compile = { () throws(EngineError) in
            try Int8InferenceCompiler.compile(network, batch: cut.slice, side: options.side, threads: cut.threads, weights: weights)
        }
        batch = options.batch
        classes = network.network.classes
        compiled = try compile()
        var assemblies = [compiled.assembly]
        while assemblies.count < cut.lanes { assemblies.append(try compile().assembly) }
        lanes = InferenceLanes(assemblies, batch: options.batch, classes: classes)
        try weights.load(FoldedNetwork(network: network.network, weights: network.floatWeights), compiled.runtime)
    }

    package func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        try lanes.run(pictures, count: count)
    }

    package func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
        compiled.runtime.adoptThreads()
        return try timings(of: compiled.assembly.operations, compiled.runtime, repeats: repeats)
    }

    /// Runs, and shows how every layer's result is held: its shape, `[channels, height, width]` or `[features]`, and the real numbers that its integers stand for (of a layer in float, its numbers),
    /// row-major.
    /// - Parameter picture: one, normalised, `[3, side, side]`.
    package func observe(_ picture: [Float], visit: (_ layer: Int, _ shape: [Int], [Float]) throws -> Void) throws {
        let assembly = compiled.assembly
        compiled.runtime.adoptThreads()
        try picture.withUnsafeBufferPointer { (picture) throws(EngineError) in
            try assembly.pictures.fill(picture, count: 1, batch: assembly.batch, picture: assembly.picture)
        }
        var done = 0
        for (layer, shape) in assembly.shapes.enumerated() {
            if let last = assembly.operationOfLayer[layer] {
                while done <= last {
                    try assembly.operations[done].run(assembly.runtime)
                    done += 1
                }
            }
            let address = assembly.values[layer].address, isSigned = compiled.scales[layer].isSigned, scale = compiled.scales[layer].scale
            if compiled.isFeatures(layer) {
                let floats = assembly.values[layer].floats
                try visit(layer, Array(shape[1...]), (0..<shape[1]).map { floats[$0] })
                continue
            }
            if compiled.areFloat[layer] {
                let plain = try MemoryDescription(shape, dnnl_f32, dnnl_nchw)
                let numbers = try PlainReorder.read(
                    assembly.values[layer].address, compiled.float.description(layer), as: plain, count: shape.reduce(1, *),
                    assembly.runtime, node: compiled.network.layers[layer].name)
                try visit(layer, Array(shape[1...]), Array(numbers[..<shape[1...].reduce(1, *)]))
                continue
            }
            let pixels = shape[2] * shape[3]
            try visit(
                layer, Array(shape[1...]),
                (0..<shape[1] * pixels).map { place in
                    let at = place % pixels * shape[1] + place / pixels
                    let level =
                        isSigned
                        ? Int(address.load(fromByteOffset: at, as: Int8.self)) : Int(address.load(fromByteOffset: at, as: UInt8.self))
                    return Float(level) * scale
                })
        }
    }
}
