import Foundation

/// The head of a server's answer, as far as a download looks at it.
struct AnswerHead: Sendable {
    let status: Int
    /// Names in lower case.
    let fields: [String: String]

    /// A strong entity tag with its quotes; a weak one does not tell that bytes are equal (RFC 9110 section 8.8.1).
    var strongTag: String? {
        guard let tag = fields["etag"], tag.hasPrefix("\""), tag.hasSuffix("\""), tag.count > 2 else { return nil }
        return tag
    }

    /// What `If-Range` may send.
    var validator: String? { strongTag ?? fields["last-modified"] }

    /// A SHA-256 that the server tells: huggingface.co gives it as `X-Linked-ETag` of its redirect and as the tag of the file.
    var digest: String? {
        for name in ["x-linked-etag", "etag"] {
            let text = (fields[name] ?? "").trimmingCharacters(in: CharacterSet(charactersIn: "\"")).lowercased()
            if text.utf8.count == 64, text.allSatisfy(\.isHexDigit) { return text }
        }
        return nil
    }

    var length: Int? { fields["content-length"].flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil } }

    /// First byte and whole length of a part: `bytes 100-199/200` (RFC 9110 section 14.4).
    var contentRange: (first: Int, whole: Int?)? {
        guard let text = fields["content-range"], text.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        guard parts.count == 2, let first = parts[0].split(separator: "-").first.flatMap({ Int($0) }) else { return nil }
        return (first, Int(parts[1]))
    }
}

/// What to do with an answer to a request for the bytes from `offset` on. Pure: it looks at the head only.
enum DownloadDecision: Equatable {
    /// Take the body in behind so many bytes; the whole will have so many, if the server tells.
    case take(from: Int, whole: Int?)
    case follow(String)
    /// The part is the whole file already.
    case complete
    /// The server has not the part that was asked for: begin again without it.
    case restart
    case refuse(WeightsStoreError)

    static func of(_ head: AnswerHead, address: String, offset: Int, limit: Int) -> DownloadDecision {
        let decision: DownloadDecision
        switch head.status {
        case 200: decision = .take(from: 0, whole: head.length)
        case 206:
            guard offset > 0, let range = head.contentRange, range.first == offset else {
                return .refuse(
                    .badAnswer(
                        address: address, detail: "a part that was not asked for: \(head.fields["content-range"] ?? "no Content-Range")"))
            }
            decision = .take(from: offset, whole: range.whole ?? head.length.map { $0 + offset })
        case 301, 302, 303, 307, 308:
            guard let location = head.fields["location"], !location.isEmpty else {
                return .refuse(.badAnswer(address: address, detail: "status \(head.status) without Location"))
            }
            return .follow(location)
        // RFC 9110 section 15.5.17: the length stands behind the asterisk. It was asked for with If-Range, so it is the same file.
        case 416 where offset > 0: return head.fields["content-range"]?.lowercased() == "bytes */\(offset)" ? .complete : .restart
        default: return .refuse(.refusedByServer(address: address, status: head.status))
        }
        if case .take(_, let whole?) = decision, whole > limit { return .refuse(.tooLarge(address: address, got: whole, limit: limit)) }
        return decision
    }

    /// Where a redirect leads: not from https to http, nor to anything but these two.
    static func target(_ location: String, from address: URL) throws(WeightsStoreError) -> URL {
        guard let url = URL(string: location, relativeTo: address)?.absoluteURL, let scheme = url.scheme?.lowercased(),
            url.host?.isEmpty == false
        else { throw .badRedirect(from: address.absoluteString, to: location, reason: "that is no address") }
        guard scheme == "https" || scheme == "http" && address.scheme?.lowercased() == "http" else {
            throw .badRedirect(
                from: address.absoluteString, to: location, reason: "only https is followed from https, and nothing but http and https")
        }
        return url
    }
}
