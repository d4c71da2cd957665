import COneDNN
import Engine

/// One step of a plan: a primitive of oneDNN or a kernel of our own.
protocol PlanOperation: AnyObject {
    /// The node it belongs to, what it does (`convolution`, `norm backward` …), who does it, and its floating-point operations.
    var node: String { get }
    var kind: String { get }
    var implementation: String { get }
    var flops: Double { get }
    /// Called once, when the arena is laid out.
    func bind(_ runtime: Runtime) throws(EngineError)
    func run(_ runtime: Runtime) throws(EngineError)
}

/// One kernel of ours.
final class KernelOperation: PlanOperation {
    let node: String
    let kind: String
    let implementation: String
    let flops: Double
    private let body: () -> Void

    init(_ node: String, _ kind: String, flops: Double = 0, _ body: @escaping () -> Void) {
        self.node = node
        self.kind = kind
        self.flops = flops
        implementation = "aliquot:\(kind.split(separator: " ").first.map(String.init) ?? kind)"
        self.body = body
    }

    func bind(_ runtime: Runtime) {}
    func run(_ runtime: Runtime) { body() }
}

/// One primitive of oneDNN with the memory it works on.
final class PrimitiveOperation: PlanOperation {
    struct Argument {
        let role: Int32
        let description: MemoryDescription
        let buffer: Buffer

        init(_ role: Int32, _ description: MemoryDescription, _ buffer: Buffer) {
            self.role = role
            self.description = description
            self.buffer = buffer
        }
    }

    let node: String
    let kind: String
    let implementation: String
    let flops: Double
    private let description: PrimitiveDescription
    private let arguments: [Argument]
    private var primitive: dnnl_primitive_t?
    private var memories: [dnnl_memory_t?] = []
    private let bound: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

    init(_ kind: String, _ description: PrimitiveDescription, flops: Double = 0, arguments: [Argument]) {
        node = description.node
        self.kind = kind
        self.flops = flops
        implementation = description.implementation
        self.description = description
        self.arguments = arguments
        bound = .allocate(capacity: arguments.count)
    }

    deinit {
        for memory in memories { dnnl_memory_destroy(memory) }
        if let primitive { dnnl_primitive_destroy(primitive) }
        bound.deallocate()
    }

    func bind(_ runtime: Runtime) throws(EngineError) {
        try check(dnnl_primitive_create(&primitive, description.raw), "dnnl_primitive_create", node: node)
        for (index, argument) in arguments.enumerated() {
            var memory: dnnl_memory_t?
            var raw = argument.description.raw
            try check(dnnl_memory_create(&memory, &raw, runtime.engine, argument.buffer.address), "dnnl_memory_create", node: node)
            memories.append(memory)
            bound.initializeElement(at: index, to: dnnl_exec_arg_t(arg: argument.role, memory: memory))
        }
    }

    func run(_ runtime: Runtime) throws(EngineError) {
        try check(
            dnnl_primitive_execute(primitive, runtime.stream, Int32(bound.count), bound.baseAddress), "dnnl_primitive_execute \(kind)",
            node: node)
    }
}
