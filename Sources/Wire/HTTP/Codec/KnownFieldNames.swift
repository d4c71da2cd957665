import HTTPTypes

/// The names that most requests carry, made once, so that a request does not build them anew.
enum KnownFieldNames {
    private static let spellings = [
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Connection", "Content-Type", "Content-Length",
        "Transfer-Encoding",
        "Expect", "Authorization", "If-None-Match", "If-Match", "If-Modified-Since", "Range", "Cookie", "Origin", "Referer",
        "Cache-Control", "Pragma",
        "X-Request-Id", "X-Forwarded-For", "Idempotency-Key", "Last-Event-ID",
    ]

    /// By length, then compared byte by byte: each as sent by browsers, and in lower case.
    private static let byLength: [[(bytes: [UInt8], name: HTTPField.Name)]] = {
        var table = [[(bytes: [UInt8], name: HTTPField.Name)]](repeating: [], count: 32)
        for spelling in spellings + spellings.map({ $0.lowercased() }) {
            if let name = HTTPField.Name(spelling) { table[spelling.utf8.count].append((Array(spelling.utf8), name)) }
        }
        return table
    }()

    /// The name spelled by `bytes`, which are token characters; nil only for none.
    static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> HTTPField.Name? {
        if bytes.count < byLength.count {
            for known in byLength[bytes.count] where known.bytes.elementsEqual(bytes) { return known.name }
        }
        return HTTPField.Name(String(decoding: bytes, as: UTF8.self))
    }
}
