import HTTPTypes

/// Turns the bytes of a complete head into a ``RequestHead``. Pure. Source: RFC 9112 sections 3, 5, 6.
enum RequestHeadParser {
    /// - Parameter bytes: the head with its empty line, every line ended by CR LF (``RequestHeadScanner``).
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, limits: ConnectionLimits) throws(RequestFault) -> RequestHead {
        var lineEnd = bytes.firstIndex(of: 13) ?? 0
        guard lineEnd + 1 < bytes.count, bytes[lineEnd + 1] == 10 else { throw .malformedRequestLine("a carriage return") }
        let line = try RequestLine(UnsafeBufferPointer(rebasing: bytes[..<lineEnd]))
        var semantics = FieldSemantics(minorVersion: line.minorVersion)
        var fields = HTTPFields()
        var start = lineEnd + 2
        while start < bytes.count {
            lineEnd = start
            while bytes[lineEnd] != 10 { lineEnd += 1 }  // there is one: the scanner found the empty line
            guard lineEnd - 1 > start else { break }
            guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let field: HTTPField
            do throws(FieldLine.Fault) {
                field = try FieldLine.parse(UnsafeBufferPointer(rebasing: bytes[start..<lineEnd - 1]))
            } catch { throw .malformedField(error) }
            try semantics.take(field)
            fields.append(field)
            start = lineEnd + 1
        }
        let framing = try semantics.framing()
        try semantics.checkHost()
        // RFC 9112 section 3.2.2: the authority of an absolute target replaces Host.
        let request = HTTPRequest(
            method: line.method, scheme: "http", authority: line.authority ?? semantics.host, path: line.path, headerFields: fields)
        let target: RequestTarget
        do throws(HTTPError) {
            target = try RequestTarget(parsing: line.path)
        } catch {
            if case .malformedTarget(let what) = error { throw .malformedTarget(what) }
            throw .malformedTarget("not understood")
        }
        return RequestHead(
            request: request, target: target, framing: framing, minorVersion: line.minorVersion, keepsAlive: semantics.keepsAlive,
            expectsContinue: semantics.expectsContinue && framing != .none && framing != .length(0))
    }
}
