import HTTPTypes

extension MultipartParser.PartHead {
    /// Reads the header block of a part. Source: RFC 7578 sections 4.2 and 4.8.
    ///
    /// - Parameter block: lines ended by CR LF but for the last.
    /// - Throws: ``HTTPError/malformedMultipart(_:)``, ``HTTPError/multipartLimit(what:limit:)``.
    init(block: ArraySlice<UInt8>, limits: MultipartLimits) throws(HTTPError) {
        let parsed = block.withUnsafeBufferPointer { Self.fields(of: $0, limit: limits.fields) }
        let fields = try parsed.get()
        guard let text = fields[.contentDisposition] else { throw .malformedMultipart("a part without Content-Disposition") }
        guard let disposition = ParameterList(text, lenientQuotes: true), disposition.value.lowercased() == "form-data" else {
            throw .malformedMultipart("a Content-Disposition that is not form-data")
        }
        guard let name = disposition.parameters["name"] else { throw .malformedMultipart("a part without a name") }
        // RFC 7578 section 4.2: `filename*` is not to be used; it is ignored.
        self.init(name: name, filename: disposition.parameters["filename"], contentType: fields[.contentType], fields: fields)
    }

    private static func fields(of block: UnsafeBufferPointer<UInt8>, limit: Int) -> Result<HTTPFields, HTTPError> {
        var fields = HTTPFields()
        var start = 0
        while start < block.count {
            var end = start
            while end < block.count, block[end] != 10 { end += 1 }
            let isLast = end == block.count
            guard isLast || (end > start && block[end - 1] == 13) else {
                return .failure(.malformedMultipart("a bare line feed in a part's header"))
            }
            guard fields.count < limit else { return .failure(.multipartLimit(what: "header fields in a part", limit: limit)) }
            do throws(FieldLine.Fault) {
                fields.append(try FieldLine.parse(UnsafeBufferPointer(rebasing: block[start..<(isLast ? end : end - 1)])))
            } catch {
                return .failure(.malformedMultipart(error.sentence))
            }
            start = end + 1
        }
        return .success(fields)
    }
}
