import COneDNN
import Engine

/// The shapes of one max or average pooling in a plan.
struct PoolingShapes {
    let name: String
    private let algorithm: dnnl_alg_kind_t
    private let strides: [Int64]
    private let kernel: [Int64]
    private let before: [Int64]
    private let after: [Int64]

    /// - Parameter side: height (equal to the width) of what is pooled.
    init(name: String, pool: MaxPool, side: Int) {
        self.init(name: name, dnnl_pooling_max, kernel: pool.kernel, stride: pool.stride, pool.pixels(side: side))
    }

    /// Padded pixels are not counted.
    init(name: String, pool: AveragePool, side: Int) {
        let pixels = pool.padding.pixels(side: side, kernel: pool.kernel, stride: pool.stride)
        self.init(name: name, dnnl_pooling_avg_exclude_padding, kernel: pool.kernel, stride: pool.stride, pixels)
    }

    private init(name: String, _ algorithm: dnnl_alg_kind_t, kernel: Int, stride: Int, _ pixels: (before: Int, after: Int)) {
        func both(_ value: Int) -> [Int64] { [Int64(value), Int64(value)] }
        self.name = name
        self.algorithm = algorithm
        strides = both(stride)
        self.kernel = both(kernel)
        before = both(pixels.before)
        after = both(pixels.after)
    }

    func forward(
        _ source: MemoryDescription, _ destination: MemoryDescription, isTraining: Bool, attributes: PrimitiveAttributes, _ runtime: Runtime
    ) throws(EngineError) -> PrimitiveDescription {
        var description = dnnl_pooling_desc_t()
        var source = source.raw
        var destination = destination.raw
        try check(
            dnnl_pooling_forward_desc_init(
                &description, isTraining ? dnnl_forward_training : dnnl_forward_inference, algorithm, &source, &destination, strides,
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
            dnnl_pooling_backward_desc_init(&description, algorithm, &source, &destination, strides, kernel, before, after),
            "dnnl_pooling_backward_desc_init", node: name)
        return try PrimitiveDescription(&description, attributes: attributes, runtime, hint: hint, node: name)
    }
}
