/// The members of `Accept` or `Accept-Encoding` with their weights. Source: RFC 9110 sections 12.4.2, 12.5.1 and 12.5.3.
///
/// Members that break the grammar are left out; parameters other than `q` do not count.
package struct QualityList: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        /// In lower case.
        package let value: String
        /// 0 … 1; 0 refuses.
        package let quality: Double
    }

    package let members: [Member]

    package init(_ text: String) {
        members = text.split(separator: ",").prefix(64).compactMap { part in
            let pieces = part.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed.lowercased() }
            guard let value = pieces.first, !value.isEmpty, value.utf8.allSatisfy({ $0.isTokenCharacter || $0 == UInt8(ascii: "/") }) else {
                return nil
            }
            guard let weight = pieces.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return Member(value: value, quality: 1) }
            guard let quality = Double(weight.dropFirst(2)), (0...1).contains(quality) else { return nil }
            return Member(value: value, quality: quality)
        }
    }

    /// Whether a client with this `Accept-Encoding` takes gzip and does not like the bytes as they are better.
    package var prefersGzip: Bool {
        let gzip = quality("gzip") ?? quality("x-gzip") ?? quality("*") ?? 0
        return gzip > 0 && gzip >= (quality("identity") ?? 0)
    }

    /// Whether a client with this `Accept` takes a media type; the most specific member decides. A list without any member takes everything.
    ///
    /// - Parameter type: `type/subtype`, or `type/*` for any of that kind.
    package func accepts(_ type: String) -> Bool {
        guard !members.isEmpty else { return true }
        let kind = type.prefix { $0 != "/" }
        if type.hasSuffix("/*"), members.contains(where: { $0.quality > 0 && $0.value.hasPrefix(kind + "/") }) { return true }
        return weight(type) > 0
    }

    /// Whether a client with this `Accept` likes one media type better than another; equal weights are no preference.
    package func prefers(_ type: String, to other: String) -> Bool { !members.isEmpty && weight(type) > weight(other) }

    /// The weight of a media type by its most specific member; 0 where none covers it.
    private func weight(_ type: String) -> Double {
        quality(type) ?? quality("\(type.prefix { $0 != "/" })/*") ?? quality("*/*") ?? 0
    }

    private func quality(_ value: String) -> Double? { members.first { $0.value == value }?.quality }
}
