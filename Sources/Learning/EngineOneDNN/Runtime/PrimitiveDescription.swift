import COneDNN
import Engine

/// A compiled choice of implementation: which layouts it wants, what it is called, how much scratch it needs.
final class PrimitiveDescription {
    let raw: dnnl_primitive_desc_t
    let node: String

    /// - Parameters:
    ///   - description: an initialised oneDNN operation descriptor.
    ///   - attributes: fused post-operations and output scales; the scratchpad is always the plan's.
    ///   - hint: the forward description of a backward one.
    init(
        _ description: UnsafeRawPointer, attributes: PrimitiveAttributes, _ runtime: Runtime, hint: PrimitiveDescription? = nil,
        node: String
    ) throws(EngineError) {
        var raw: dnnl_primitive_desc_t?
        try check(
            dnnl_primitive_desc_create(&raw, description, attributes.raw, runtime.engine, hint?.raw), "dnnl_primitive_desc_create",
            node: node)
        guard let raw else { throw .backend(call: "dnnl_primitive_desc_create", status: "nothing", node: node) }
        self.raw = raw
        self.node = node
    }

    /// A change of layout or type.
    init(
        reorder source: MemoryDescription, to destination: MemoryDescription, attributes: PrimitiveAttributes, _ runtime: Runtime,
        node: String
    ) throws(EngineError) {
        var raw: dnnl_primitive_desc_t?
        var from = source.raw
        var to = destination.raw
        try check(
            dnnl_reorder_primitive_desc_create(&raw, &from, runtime.engine, &to, runtime.engine, attributes.raw),
            "dnnl_reorder_primitive_desc_create", node: node)
        guard let raw else { throw .backend(call: "dnnl_reorder_primitive_desc_create", status: "nothing", node: node) }
        self.raw = raw
        self.node = node
    }

    deinit { dnnl_primitive_desc_destroy(raw) }

    func memory(_ query: dnnl_query_t, _ index: Int = 0) throws(EngineError) -> MemoryDescription {
        guard let description = dnnl_primitive_desc_query_md(raw, query, Int32(index)) else {
            throw .backend(call: "dnnl_primitive_desc_query_md", status: "no description \(query.rawValue)", node: node)
        }
        return MemoryDescription(raw: description.pointee)
    }

    var scratchBytes: Int {
        guard let description = dnnl_primitive_desc_query_md(raw, dnnl_query_scratchpad_md, 0) else { return 0 }
        return dnnl_memory_desc_get_size(description)
    }

    /// `jit:avx2`, `jit_1x1:avx512_core` …
    var implementation: String {
        var text: UnsafePointer<CChar>?
        let status = withUnsafeMutablePointer(to: &text) {
            dnnl_primitive_desc_query(raw, dnnl_query_impl_info_str, 0, UnsafeMutableRawPointer($0))
        }
        guard status == dnnl_success, let text else { return "unknown" }
        return String(cString: text)
    }

    /// Whether the implementation was generated for this CPU: not `ref`, not `gemm`.
    var isFast: Bool { implementation.hasPrefix("jit") }
}

/// Fused post-operations, output scales, and the scratchpad mode.
final class PrimitiveAttributes {
    let raw: dnnl_primitive_attr_t

    init() throws(EngineError) {
        var raw: dnnl_primitive_attr_t?
        try check(dnnl_primitive_attr_create(&raw), "dnnl_primitive_attr_create")
        guard let raw else { throw .backend(call: "dnnl_primitive_attr_create", status: "nothing", node: "") }
        self.raw = raw
        try check(dnnl_primitive_attr_set_scratchpad_mode(raw, dnnl_scratchpad_mode_user), "dnnl_primitive_attr_set_scratchpad_mode")
    }

    deinit { dnnl_primitive_attr_destroy(raw) }

    /// One factor for every output channel (dimension 1).
    func setOutputScales(_ scales: [Float]) throws(EngineError) {
        try check(
            dnnl_primitive_attr_set_output_scales(raw, Int64(scales.count), scales.count == 1 ? 0 : 2, scales),
            "dnnl_primitive_attr_set_output_scales")
    }

    /// After the convolution: `+ sumScale · (what lies in the destination, read as `type`)`, then the activation with its upper bound, then `· scale`.
    func setPostOperations(
        sumScale: Float?, sumType: dnnl_data_type_t = dnnl_data_type_undef, activation: Activation?, upper: Float = 6, scale: Float? = nil
    ) throws(EngineError) {
        var operations: dnnl_post_ops_t?
        try check(dnnl_post_ops_create(&operations), "dnnl_post_ops_create")
        defer { dnnl_post_ops_destroy(operations) }
        if let sumScale { try check(dnnl_post_ops_append_sum_v2(operations, sumScale, sumType), "dnnl_post_ops_append_sum_v2") }
        switch activation {
        case .relu: try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0), "dnnl_post_ops_append_eltwise")
        case .relu6: try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_clip, 0, upper), "dnnl_post_ops_append_eltwise")
        case .hardSwish:
            try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_hardswish, 0, 0), "dnnl_post_ops_append_eltwise")
        case .silu: try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_swish, 1, 0), "dnnl_post_ops_append_eltwise")
        case .sigmoid: try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_logistic, 0, 0), "dnnl_post_ops_append_eltwise")
        case .hardSigmoid:
            // The scale is taken in: with two linear steps oneDNN 2.6.3 gives other numbers (a scale of 255 was lost).
            let factor = scale ?? 1
            try check(
                dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_linear, factor / 6, factor / 2), "dnnl_post_ops_append_eltwise")
            try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_clip, 0, factor), "dnnl_post_ops_append_eltwise")
        case nil: break
        }
        if let scale, activation != .hardSigmoid {
            try check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_linear, scale, 0), "dnnl_post_ops_append_eltwise")
        }
        try check(dnnl_primitive_attr_set_post_ops(raw, operations), "dnnl_primitive_attr_set_post_ops")
    }
}
