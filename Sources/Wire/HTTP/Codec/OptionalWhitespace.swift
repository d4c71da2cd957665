extension StringProtocol {
    /// Without spaces and tabs around it (OWS, RFC 9110 section 5.6.3).
    package var trimmed: Substring {
        let bytes = Substring(self).utf8
        guard let first = bytes.firstIndex(where: { $0 != 32 && $0 != 9 }), let last = bytes.lastIndex(where: { $0 != 32 && $0 != 9 })
        else { return "" }
        return Substring(bytes[first...last])
    }
}
