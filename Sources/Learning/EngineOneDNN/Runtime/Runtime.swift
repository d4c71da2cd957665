import CKernels
import COneDNN
import Engine

/// oneDNN's engine and stream of one plan. Every call of oneDNN goes through this folder.
final class Runtime {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t
    let threads: Int

    /// Sets the calling thread's number of OpenMP threads too: primitives are made for the number that they run with.
    init(threads: Int) throws(EngineError) {
        // oneDNN shares its work among as many threads as it asks for, and computes wrong numbers where it gets fewer.
        let limit = Int(aliquot_thread_limit())
        guard threads <= limit else { throw .unsupported(what: "a plan of \(threads) threads", by: "OMP_THREAD_LIMIT=\(limit)") }
        var engine: dnnl_engine_t?
        var stream: dnnl_stream_t?
        try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
        guard let engine else { throw .backend(call: "dnnl_engine_create", status: "no engine", node: "") }
        try check(dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)), "dnnl_stream_create")
        guard let stream else { throw .backend(call: "dnnl_stream_create", status: "no stream", node: "") }
        self.engine = engine
        self.stream = stream
        self.threads = threads
        adoptThreads()
    }

    deinit {
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(engine)
    }

    /// Makes the calling thread run its parallel regions on this plan's number of threads.
    func adoptThreads() { aliquot_set_threads(Int32(threads)) }

    /// The instruction sets that oneDNN uses here.
    static var instructionSet: InstructionSet { InstructionSet(dnnl_get_effective_cpu_isa()) }
}

/// What the effective instruction set means for layouts and int8.
struct InstructionSet {
    /// Channels in a block of the blocked layouts: 16 with AVX-512, else 8.
    let blockWidth: Int
    /// Whether 8-bit products are summed without saturation.
    let hasVNNI: Bool
    /// Whether pairs of bfloat16 products are summed in float32 by one instruction.
    let hasBfloat16: Bool
    let name: String

    init(_ isa: dnnl_cpu_isa_t) {
        func has(_ other: dnnl_cpu_isa_t) -> Bool { isa.rawValue & other.rawValue == other.rawValue }
        blockWidth = has(dnnl_cpu_isa_avx512_core) ? 16 : 8
        hasVNNI = has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni)
        hasBfloat16 = has(dnnl_cpu_isa_avx512_core_bf16)
        name =
            has(dnnl_cpu_isa_avx512_core_vnni)
            ? "AVX-512 VNNI"
            : has(dnnl_cpu_isa_avx512_core)
                ? "AVX-512" : has(dnnl_cpu_isa_avx2_vnni) ? "AVX2 VNNI" : has(dnnl_cpu_isa_avx2) ? "AVX2" : "SSE4.1"
    }
}

/// - Parameter call: made only for the error: a step allocates nothing.
/// - Throws: ``EngineError/backend(call:status:node:)`` for anything but success.
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String, node: String = "") throws(EngineError) {
    guard status != dnnl_success else { return }
    let name: String =
        switch status {
        case dnnl_out_of_memory: "out of memory"
        case dnnl_invalid_arguments: "invalid arguments"
        case dnnl_unimplemented: "not implemented"
        case dnnl_runtime_error: "runtime error"
        default: "status \(status.rawValue)"
        }
    throw .backend(call: call(), status: name, node: node)
}
