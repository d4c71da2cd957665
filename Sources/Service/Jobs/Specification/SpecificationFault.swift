/// One thing that is wrong with a submitted job.
package struct SpecificationFault: Codable, Sendable, Equatable {
    /// Where, as a JSON pointer (RFC 6901): `/quantisation/max_drop`; empty for the whole text.
    package let pointer: String
    /// What, as a word that does not change between releases: `unknown_field`, `out_of_range`, `unknown_network`, …
    package let code: String
    /// What was got and what is allowed, in a sentence.
    package let detail: String

    package init(pointer: String, code: String, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    /// One step of a pointer with `~` and `/` escaped (RFC 6901 section 3).
    static func step(_ name: String) -> String {
        "/" + name.prefix(100).map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}
