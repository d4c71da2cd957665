/// A media type with its parameters. Source: RFC 9110 section 8.3.1.
package struct MediaType: Sendable, Equatable {
    /// `type/subtype` in lower case.
    package let essence: String
    /// Names in lower case, quoted values unquoted; the first of a repeated name counts.
    package let parameters: [String: String]

    /// Nil for what is not `token/token` with well-formed parameters.
    package init?(_ text: String) {
        guard let fields = ParameterList(text) else { return nil }
        let halves = fields.value.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isTokenCharacter) }) else { return nil }
        essence = fields.value.lowercased()
        parameters = fields.parameters
    }
}
