import COneDNN
import Engine

/// The shapes of one max pooling in a plan.
struct PoolingShapes {
    let name: String
    let pool: MaxPool
    /// Height (equal to the width) of what is pooled.
    let side: Int

    private var strides: [Int64] { [Int64(pool.stride), Int64(pool.stride)] }
    private var kernel: [Int64] { [Int64(pool.kernel), Int64(pool.kernel)] }
    private var before: [Int64] { [Int64](repeating: Int64(pool.pixels(side: side).before), count: 2) }
    private var after: [Int64] { [Int64](repeating: Int64(pool.pixels(side: side).after), count: 2) }

    func forward(
        _ source: MemoryDescription, _ destination: MemoryDescription, isTraining: Bool, attributes: PrimitiveAttributes, _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_pooling_desc_t()
        var source = source.raw
        var destination = destination.raw
        try check(
            dnnl_pooling_forward_desc_init(
                &description, isTraining ? dnnl_forward_training : dnnl_forward_inference, dnnl_pooling_max, &source, &destination, strides,
                kernel, before, after), "dnnl_pooling_forward_desc_init", node: name)
        return try PrimitiveDescription(&description, attributes: attributes, runtime, node: name)
    }

    func backward(
        _ source: MemoryDescription, _ destination: MemoryDescription, hint: PrimitiveDescription, attributes: PrimitiveAttributes,
        _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_pooling_desc_t()
        var source = source.raw
        var destination = destination.raw
        try check(
            dnnl_pooling_backward_desc_init(&description, dnnl_pooling_max, &source, &destination, strides, kernel, before, after),
            "dnnl_pooling_backward_desc_init", node: name)
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }
}
