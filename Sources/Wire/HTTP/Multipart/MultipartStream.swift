import Synchronization

/// The state that a ``MultipartReader`` and its parts share: one reader at a time.
final class MultipartStream: Sendable {
    private let body: RequestBody
    /// Taken out while a reader waits for the socket, so that a second reader finds nothing instead of a race.
    private let parser: Mutex<MultipartParser?>

    init(parser: MultipartParser, body: RequestBody) {
        self.parser = Mutex(parser)
        self.body = body
    }

    func nextPart() async throws(HTTPError) -> MultipartPart? {
        while let event = try await event(within: nil) {
            if case .part(let head, let index) = event { return MultipartPart(head: head, index: index, stream: self) }
        }
        return nil
    }

    func nextPiece(of index: Int) async throws(HTTPError) -> [UInt8]? {
        guard case .content(let piece) = try await event(within: index) else { return nil }
        return piece
    }

    /// - Parameter part: where given, only events of this part's content; nil once it has ended.
    /// - Throws: ``HTTPError/bodyUnavailable`` for a part that was passed over, or for a second reader.
    private func event(within part: Int?) async throws(HTTPError) -> MultipartParser.Event? {
        guard var parser = parser.withLock({ $0.take() }) else { throw .bodyUnavailable }
        defer { self.parser.withLock { $0 = parser } }
        if let part {
            guard parser.currentPart == part else { throw .bodyUnavailable }
            guard parser.isInContent else { return nil }
        }
        while true {
            if let event = try parser.next() { return event }
            if parser.isFinished {
                while try await body.next() != nil {}  // RFC 2046 section 5.1.1: what follows the last boundary is to be ignored
                return nil
            }
            if let piece = try await body.next() { parser.append(piece) } else { try parser.finish() }
        }
    }
}
