import HTTPTypes

/// Reads a `multipart/form-data` body part by part, never whole. Source: RFC 7578, RFC 2046 section 5.1.
package struct MultipartReader: Sendable {
    private let stream: MultipartStream

    /// Nil if `contentType` is not multipart/form-data with a valid boundary (RFC 2046 section 5.1.1).
    package init?(contentType: String?, body: RequestBody, limits: MultipartLimits = MultipartLimits()) {
        // Most bodies are no form: seen at the first letter.
        guard let contentType, let first = contentType.utf8.first, first | 0x20 == UInt8(ascii: "m") || first == 32 || first == 9 else {
            return nil
        }
        guard let type = MediaType(contentType), type.essence == "multipart/form-data" else { return nil }
        guard let boundary = type.parameters["boundary"], let parser = MultipartParser(boundary: boundary, limits: limits) else {
            return nil
        }
        stream = MultipartStream(parser: parser, body: body)
    }

    /// The next part; what was left of the one before is skipped. Nil after the last.
    ///
    /// - Throws: ``HTTPError/malformedMultipart(_:)``, ``HTTPError/multipartLimit(what:limit:)``, and as ``RequestBody/next()``.
    package mutating func nextPart() async throws(HTTPError) -> MultipartPart? { try await stream.nextPart() }
}
