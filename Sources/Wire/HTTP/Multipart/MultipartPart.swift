import Foundation
import HTTPTypes

/// One part of a form. Its content is still on the wire: read it before the next part, or it is skipped.
package struct MultipartPart: Sendable {
    /// `name` of Content-Disposition.
    package let name: String
    /// `filename` of Content-Disposition as sent. Never a path to write to: RFC 7578 section 4.2.
    package let filename: String?
    package let contentType: String?
    package let fields: HTTPFields
    private let stream: MultipartStream
    private let index: Int

    init(head: MultipartParser.PartHead, index: Int, stream: MultipartStream) {
        name = head.name
        filename = head.filename
        contentType = head.contentType
        fields = head.fields
        self.index = index
        self.stream = stream
    }

    /// The next piece of the content, never empty; nil at its end.
    ///
    /// - Throws: as ``RequestBody/next()``, ``HTTPError/malformedMultipart(_:)``; ``HTTPError/bodyUnavailable`` once the next part was asked for.
    package func next() async throws(HTTPError) -> [UInt8]? { try await stream.nextPiece(of: index) }

    /// The whole rest of the content.
    package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await next() {
            guard whole.count + piece.count <= limit else { throw .bodyTooLarge(limit: limit) }
            whole += piece
        }
        return whole
    }

    /// Streams the rest of the content into a new file and fsyncs it; as ``RequestBody/write(to:limit:)``.
    package func write(to file: URL, limit: Int) async throws -> Int {
        try await FileSink.write(to: file, limit: limit) { try await next() }
    }
}
