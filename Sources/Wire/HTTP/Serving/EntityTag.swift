/// Comparison of entity tags. Source: RFC 9110 section 8.8.3.
package enum EntityTag {
    /// Whether `list` (the value of `If-None-Match` or `If-Match`) names `tag`; weak comparison (section 8.8.3.2). `*` names any tag, nil included.
    package static func matches(_ list: String, _ tag: String?) -> Bool {
        if list.trimmed == "*" { return true }
        guard let tag else { return false }
        let wanted = opaque(tag[...])
        return list.split(separator: ",").contains { opaque($0.trimmed) == wanted }
    }

    private static func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
}
