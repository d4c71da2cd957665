/// The element types of PyTorch's storages, by the class that names them in a pickle.
enum StorageType: String, CaseIterable {
    case float32 = "FloatStorage"
    case float16 = "HalfStorage"
    case bfloat16 = "BFloat16Storage"
    case float64 = "DoubleStorage"
    case int64 = "LongStorage"
    case int32 = "IntStorage"
    case int16 = "ShortStorage"
    case int8 = "CharStorage"
    case uint8 = "ByteStorage"
    case boolean = "BoolStorage"

    /// The same type among those that our files hold; nil for the two that no weight has.
    var elementType: ElementType? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float64: .float64
        case .int64: .int64
        case .int32: .int32
        case .int8: .int8
        case .uint8: .uint8
        case .int16, .boolean: nil
        }
    }

    var byteCount: Int { elementType?.byteCount ?? (self == .int16 ? 2 : 1) }
}
