import HTTP

/// Media types of the files that the service hands out (IANA registry).
enum FileType {
    static let json = "application/json"
    static let jsonLines = "application/jsonl"
    static let csv = "text/csv; charset=utf-8"
    static let eventStream = "text/event-stream"
    static let octets = "application/octet-stream"

    private static let byExtension: [String: String] = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": json, "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "webp": "image/webp", "ico": "image/x-icon", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
        "webmanifest": "application/manifest+json", "zip": "application/zip",
    ]

    /// By the name's extension; bytes of no known kind otherwise, which no browser runs.
    static func ofFile(named name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return octets }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? octets
    }

    /// The type and subtype of a `Content-Type`, without parameters, in lower case.
    static func essence(_ field: String?) -> String? {
        field?.split(separator: ";").first.map { $0.trimmed.lowercased() }
    }
}
