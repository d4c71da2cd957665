/// A network compiled for answers: batch norm folded, activation and residual addition fused. Used by one thread at a time.
package protocol InferencePlan: AnyObject {
    /// The most pictures that one ``run(_:count:)`` takes; fewer are padded inside.
    var batch: Int { get }
    var classes: Int { get }
    /// Bytes of the arena that holds activations.
    var activationBytes: Int { get }

    /// - Parameters:
    ///   - pictures: normalised, `[count, 3, side, side]`.
    ///   - count: `1...batch`.
    /// - Returns: logits `[count, classes]`, row-major.
    func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float]

    /// What every primitive is, and how long it takes: for `--explain`.
    func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming]
}

/// A float plan: its parameters can be replaced without compiling again, and its layers' results looked at for calibration.
package protocol FloatInferencePlan: InferencePlan {
    /// The network as it is run, after folding and fusion; its layers' indices are those of ``observe(_:count:visit:)``.
    var network: FusedNetwork { get }
    func load(_ parameters: ParameterSet) throws(EngineError)
    /// Runs, and shows the result of every fused layer, `[some, channels, height, width]` or `[some, features]` row-major, padding channels removed: once or several
    /// times for a layer, all pictures together, in their order; each time all layers from the picture on, so that layer 0 tells how many pictures. The visitor must not keep the pointer.
    func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void)
        throws(EngineError)
    /// The same for some layers only: the others' results are not brought into plain order.
    func observe(
        _ pictures: UnsafeBufferPointer<Float>, count: Int, layers: Set<Int>, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError)
}

extension FloatInferencePlan {
    package func observe(
        _ pictures: UnsafeBufferPointer<Float>, count: Int, layers: Set<Int>, visit: (_ layer: Int, UnsafeBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        try observe(pictures, count: count) { layer, values in if layers.contains(layer) { visit(layer, values) } }
    }
}

/// One primitive of a plan.
package struct PrimitiveTiming: Sendable, Codable, Equatable {
    package var node: String
    package var kind: String
    /// The backend's own name of the implementation, `jit:avx2`.
    package var implementation: String
    package var milliseconds: Double
    package var gflops: Double

    package init(node: String, kind: String, implementation: String, milliseconds: Double, gflops: Double) {
        self.node = node
        self.kind = kind
        self.implementation = implementation
        self.milliseconds = milliseconds
        self.gflops = gflops
    }
}
