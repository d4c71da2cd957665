/// One server-sent event, or a comment that keeps the connection warm. Source: WHATWG HTML section 9.2.5.
package struct ServerSentEvent: Sendable, Equatable {
    package var id: String?
    package var event: String?
    package var data: String?
    package var comment: String?

    package init(id: String? = nil, event: String? = nil, data: String? = nil, comment: String? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.comment = comment
    }

    /// The event on the wire. A line break inside a field begins another line of that field, so that no value can forge a field.
    package var bytes: [UInt8] {
        var text = ""
        func add(_ field: String, _ value: String?) {
            guard let value else { return }
            for line in value.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) { text += "\(field): \(line)\n" }
        }
        add("", comment)
        add("id", id?.filter { !$0.isNewline })
        add("event", event?.filter { !$0.isNewline })
        add("data", data)
        return Array((text + "\n").utf8)
    }
}
