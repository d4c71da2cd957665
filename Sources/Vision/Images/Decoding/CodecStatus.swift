import CCodecs

/// Calls a function of the C shim and turns its status and message into an ``ImageError``.
enum CodecStatus {
    static func check(_ format: ImageFormat, _ call: (UnsafeMutablePointer<CChar>) -> Int32) throws(ImageError) {
        let (status, message) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CODECS_MESSAGE_LENGTH)) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return (Int32(CODECS_OUT_OF_MEMORY), "") }
            let status = call(start)
            return (status, status == Int32(CODECS_OK) ? "" : String(cString: start))
        }
        switch Int(status) {
        case CODECS_OK: return
        case CODECS_TRUNCATED: throw .truncated(format: format)
        case CODECS_UNSUPPORTED: throw .unsupported(format: format, detail: message)
        case CODECS_OUT_OF_MEMORY: throw .outOfMemory
        default: throw .corrupt(format: format, detail: message)
        }
    }
}
