import Gzip
import HTTP
import HTTPTypes

/// Packs answers with gzip for clients that ask for it. Source: RFC 9110 sections 8.4, 8.8.3, 12.5.3 and 12.5.5.
///
/// Text only: pictures and weights are packed already. What is below ``smallest`` would not fit into fewer packets. Files and streams stay as they are, because ranges
/// and events need the bytes themselves.
enum Compression {
    /// Bytes of a body; below, a packet holds it either way.
    static let smallest = 1024

    static func apply(_ response: ServerResponse, to request: ServerRequest) async -> ServerResponse {
        if response.status == .notModified { return varying(response) }
        guard case .bytes(let bytes) = response.body else { return response }
        // Nobody keeps the answer to a POST for others (RFC 9110 section 9.3.3), so that a short one need not say what it might vary with.
        if bytes.count < smallest, request.method == .post { return response }
        guard isText(response.fields[.contentType]) else { return response }
        let response = varying(response)
        guard bytes.count >= smallest, response.fields[.contentEncoding] == nil, isWanted(by: request) else { return response }
        // A megabyte takes some 20 ms: not on an event loop.
        guard let packed = await withTaskExecutorPreference(globalConcurrentExecutor, operation: { packed(bytes) }) else { return response }
        return replacing(response, with: packed)
    }

    /// Whether the client takes gzip and does not like the bytes as they are better.
    static func isWanted(by request: ServerRequest) -> Bool {
        request.fields[.acceptEncoding].map { QualityList($0).prefersGzip } ?? false
    }

    /// The packed form; nil where it would not be smaller. An answer that zlib cannot pack goes out as it is, which every client understands.
    static func packed(_ bytes: [UInt8], level: Int32 = 4) -> [UInt8]? {
        guard let packed = try? Gzip.compress(bytes, level: level), packed.count < bytes.count else { return nil }
        return packed
    }

    /// The same answer with its packed body. The tag becomes a weak one: the two forms mean the same and are not the same bytes.
    static func replacing(_ response: ServerResponse, with packed: [UInt8]) -> ServerResponse {
        var response = response
        response.body = .bytes(packed)
        response.fields[.contentEncoding] = "gzip"
        if let tag = response.fields[.eTag], !tag.hasPrefix("W/") { response.fields[.eTag] = "W/\(tag)" }
        return response
    }

    static func isText(_ type: String?) -> Bool {
        guard let essence = FileType.essence(type) else { return false }
        return essence.hasPrefix("text/") && essence != FileType.eventStream || essence == FileType.json || essence.hasSuffix("+json")
            || essence == "image/svg+xml"
    }

    private static func varying(_ response: ServerResponse) -> ServerResponse {
        var response = response
        response.fields[.vary] = response.fields[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
        return response
    }
}
