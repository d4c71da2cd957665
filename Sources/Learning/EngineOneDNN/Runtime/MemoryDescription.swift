import COneDNN
import Engine

/// Dimensions, element type and layout of a piece of memory, as oneDNN describes it.
struct MemoryDescription {
    var raw: dnnl_memory_desc_t

    init(raw: dnnl_memory_desc_t) { self.raw = raw }

    init(_ dimensions: [Int], _ type: dnnl_data_type_t = dnnl_f32, _ tag: dnnl_format_tag_t) throws(EngineError) {
        raw = dnnl_memory_desc_t()
        let padded = dimensions.map(Int64.init) + [Int64](repeating: 0, count: 12 - dimensions.count)
        try check(
            dnnl_memory_desc_init_by_tag(&raw, Int32(dimensions.count), padded, type, tag), "dnnl_memory_desc_init_by_tag \(dimensions)")
    }

    /// The layout that the primitive likes best.
    static func any(_ dimensions: [Int], _ type: dnnl_data_type_t = dnnl_f32) throws(EngineError) -> MemoryDescription {
        try MemoryDescription(dimensions, type, dnnl_format_tag_any)
    }

    /// Activations `[batch, channels, height, width]` in channel blocks of `width`.
    static func blocked(_ shape: [Int], width: Int, _ type: dnnl_data_type_t = dnnl_f32) throws(EngineError) -> MemoryDescription {
        try MemoryDescription(shape, type, width == 16 ? dnnl_nChw16c : dnnl_nChw8c)
    }

    /// Convolution weights in state-dictionary order: `[outputs, inputs, k, k]`, with groups `[groups, outputs / groups, inputs / groups, k, k]`.
    static func plainWeights(_ convolution: Convolution, _ type: dnnl_data_type_t = dnnl_f32) throws(EngineError) -> MemoryDescription {
        let dimensions = weightDimensions(convolution)
        return try MemoryDescription(dimensions, type, convolution.groups > 1 ? dnnl_goihw : dnnl_oihw)
    }

    static func weightDimensions(_ convolution: Convolution) -> [Int] {
        let shape = convolution.weightShape
        return convolution.groups > 1 ? [convolution.groups, shape[0] / convolution.groups] + shape[1...] : shape
    }

    var bytes: Int { withUnsafePointer(to: raw) { dnnl_memory_desc_get_size($0) } }
    /// Padded elements, for float32.
    var floats: Int { bytes / 4 }

    func isSame(as other: MemoryDescription) -> Bool {
        withUnsafePointer(to: raw) { a in withUnsafePointer(to: other.raw) { b in dnnl_memory_desc_equal(a, b) != 0 } }
    }
}
