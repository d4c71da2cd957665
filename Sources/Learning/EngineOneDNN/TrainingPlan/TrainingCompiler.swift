import CKernels
import COneDNN
import Engine

/// Turns a graph into the operations of one training step.
///
/// Every activation of the body lies in channel blocks of the machine's width, so that no reorder stands between layers; the picture alone is plain.
/// Time runs from 0 (first unit forward) to `2·units − 1` (first unit backward); buffers share memory where their times do not meet.
/// The gradient of a result may come from several readers: a norm adds two while it reads them, everything else gets one sum. Rearrangements leave their
/// part of it in their own order until it is asked for.
final class TrainingCompiler {
    /// Which part of the backward pass is being made.
    enum Phase {
        case aboveHead, head, body
    }

    let graph: Graph
    let runtime: Runtime
    let threads: Int
    let width: Int
    let batch: Int
    let precision: TrainingPrecision
    let units: [TrainingUnit]
    let shapes: [[Int]]
    let arena = Arena()
    let stepSeed = StepSeed()
    let attributes: PrimitiveAttributes
    let parameters: FlatParameters
    let convolutions: [String: TrainingConvolution]
    let pictures: Buffer
    let logitGradient: Buffer
    let scratch: Buffer
    let partials: Buffer
    private(set) var logits: Buffer

    private(set) var forward: [any PlanOperation] = []
    private(set) var backward: [any PlanOperation] = []
    /// The head's own gradients, for a frozen body.
    private(set) var headBackward: [any PlanOperation] = []

    private var values: [Int: Buffer] = [:]
    /// Results and gradients rounded to bfloat16, for convolutions.
    let roundedResults: RoundedResults
    var roundedValues: [Int: Buffer] = [:]
    var roundedGradients: [Int: Buffer] = [:]
    var gradients: [Int: [Buffer]] = [:]
    /// For each node, the gradients of the rearrangements that read it.
    var routeReaders: [Int: [RouteReader]] = [:]
    /// What the backward pass needs of norms.
    var norms: [Int: NormRecord] = [:]
    /// For each squeezed norm, its gate.
    var gates: [Int: Buffer] = [:]
    /// The workspaces of poolings.
    var workspaces: [Int: Buffer] = [:]
    /// Factors of stochastic depth.
    var depths: [Int: Buffer] = [:]
    var poolings: [Int: PrimitiveDescription] = [:]
    /// Results that the backward pass makes again instead of keeping them.
    private let recomputesNorms: Bool
    private var recomputed: [Int: Buffer] = [:]
    private(set) var time = 0
    private var phase = Phase.aboveHead

    /// - Parameter whole: a plan of the same network for larger batches, whose parameters and memory this one uses.
    init(_ graph: Graph, _ options: PlanOptions, sharing whole: TrainingCompiler? = nil) throws(EngineError) {
        self.graph = graph
        try graph.fused().checkPictureReaders()
        if let whole { runtime = whole.runtime } else { runtime = try Runtime(threads: options.threads) }
        threads = options.threads
        batch = options.batch
        precision = options.precision
        width = Runtime.instructionSet.blockWidth
        units = try TrainingUnits.units(of: graph)
        shapes = try graph.shapes(batch: options.batch, side: options.side)
        attributes = try PrimitiveAttributes()
        var convolutions: [String: TrainingConvolution] = [:]
        for unit in units {
            guard case .convolution(let parts, let activation) = unit.kind else { continue }
            convolutions[unit.name] = try TrainingConvolution(
                unit, parts, activation: activation, input: shapes[unit.input], output: shapes[unit.output], width: width,
                threads: options.threads, precision: options.precision, weights: whole?.convolutions[unit.name]?.weights, runtime)
        }
        self.convolutions = convolutions
        roundedResults = RoundedResults(units, convolutions, consumers: graph.consumers)
        if let whole {
            parameters = whole.parameters
        } else {
            parameters = try FlatParameters(
                graph.parameterSpecifications, layouts: convolutions.values.map { ($0.names, $0.layout) }, blockWidth: width)
        }
        recomputesNorms = options.recomputesNorms
        pictures = arena.buffer(bytes: shapes[0].reduce(4, *))
        logitGradient = arena.buffer(bytes: options.batch * graph.classes * 4)
        logits = logitGradient
        scratch = arena.buffer(bytes: convolutions.values.map(\.scratchBytes).reduce(1 << 20, max))
        partials = arena.buffer(bytes: 64)
        partials.grow(to: partialBytes)
        values[0] = pictures
        for (index, unit) in units.enumerated() {
            time = index
            try compileForward(unit)
        }
        for buffer in [pictures, scratch, partials, logitGradient] {
            buffer.use(at: 0)
            buffer.use(at: 2 * units.count)
        }
        guard let last = units.last, let result = values[last.output] else { throw .unsupported(what: "an empty graph", by: "training") }
        logits = result
        gradients[last.output] = [logitGradient]
        for (index, unit) in units.enumerated().reversed() {
            time = 2 * units.count - 1 - index
            if unit.name == graph.headName { phase = .head } else if phase == .head { phase = .body }
            try compileBackward(unit)
        }
        try arena.layOut(in: whole?.arena)
        for operation in forward + backward + headBackward { try operation.bind(runtime) }
    }

    private var partialBytes: Int {
        let norms = units.map { unit in
            switch unit.kind {
            case .norm, .squeezedNorm: break
            default: return 0
            }
            return Int(aliquot_norm_partials(blockedShape(unit.output))) * 4
        }
        return max(norms.max() ?? 0, convolutions.values.compactMap(\.depthwise?.partialBytes).max() ?? 0)
    }

    // MARK: Operations

    func appendForward(_ operation: any PlanOperation) { forward.append(operation) }

    /// - Parameter isBelowHead: what the head's own gradients do not need even if the unit is the head.
    func appendBackward(_ operation: any PlanOperation, isBelowHead: Bool = false) {
        backward.append(operation)
        if phase == .aboveHead || phase == .head && !isBelowHead { headBackward.append(operation) }
    }

    // MARK: Values

    func blockedShape(_ node: Int) -> aliquot_blocked_shape {
        let shape = shapes[node]
        return aliquot_blocked_shape(
            batch: Int32(shape[0]), blocks: Int32((shape[1] + width - 1) / width), pixels: Int32(shape.dropFirst(2).reduce(1, *)),
            width: Int32(width), threads: Int32(threads))
    }

    func description(_ node: Int, _ type: dnnl_data_type_t = dnnl_f32) throws(EngineError) -> MemoryDescription {
        try node == 0 ? MemoryDescription(shapes[0], type, dnnl_nchw) : .blocked(shapes[node], width: width, type)
    }

    func bytes(_ node: Int) throws(EngineError) -> Int {
        try shapes[node].count == 4 ? description(node).bytes : shapes[node].reduce(4, *)
    }

    /// Numbers of a result, padding included.
    func count(_ node: Int) throws(EngineError) -> Int64 { Int64(try bytes(node) / 4) }

    func value(_ node: Int) throws(EngineError) -> Buffer {
        guard let kept = values[node] else { throw .unsupported(what: "reading node \(node) before it is made", by: "training") }
        let buffer: Buffer
        if time >= units.count, recomputesNorms, norms[node] != nil {
            if let made = recomputed[node] { buffer = made } else { buffer = try recompute(node, bytes: kept.bytes) }
            recomputed[node] = buffer
        } else {
            buffer = kept
        }
        buffer.use(at: time)
        return buffer
    }

    func makeValue(_ node: Int) throws(EngineError) -> Buffer {
        let buffer = arena.buffer(bytes: try bytes(node))
        buffer.use(at: time)
        values[node] = buffer
        return buffer
    }

    /// A buffer that lives from here to wherever else it is used.
    func makeBuffer(bytes: Int) -> Buffer {
        let buffer = arena.buffer(bytes: bytes)
        buffer.use(at: time)
        return buffer
    }

    func parameter(_ name: String, bytes: Int) throws(EngineError) -> Buffer { Buffer(kept: try parameters.value(name), bytes: bytes) }
}

/// The seed of the running step: set by the plan, read by what is random in it.
final class StepSeed {
    var value: UInt64 = 0

    /// The seed of one node.
    func of(_ node: Int) -> UInt64 {
        var mixed = (value ^ UInt64(truncatingIfNeeded: node)) &* 0xD1B5_4A32_D192_ED03
        mixed ^= mixed >> 32
        return mixed &+ value
    }
}
