/// The element types that we read and write, with the names of the safetensors format. All little-endian.
///
/// The order of the cases is that in which the reference writer lays tensors into a file: by falling size, so that each is aligned.
package enum ElementType: String, Sendable, Codable, CaseIterable {
    case int64 = "I64"
    case float64 = "F64"
    case float32 = "F32"
    case int32 = "I32"
    /// The upper half of a `Float`.
    case bfloat16 = "BF16"
    case float16 = "F16"
    case int8 = "I8"
    case uint8 = "U8"

    package var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .int8, .uint8: 1
        }
    }

    /// Where tensors of this type stand in a file.
    var rank: Int { ElementType.allCases.firstIndex(of: self) ?? 0 }

    /// Whether values become `Float` without a question of meaning.
    package var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        case .int64, .int32, .int8, .uint8: false
        }
    }
}
