import Foundation

/// The name of a class: what stands on a label, in a folder name, in an answer.
package enum ClassLabel {
    /// The rule in one sentence, for error messages.
    package static let rule =
        "1 to 128 bytes of UTF-8 without control characters, '/' or '\\', not beginning with '.', no space at either end"

    /// The name in Unicode's composed form (NFC; macOS archives come decomposed).
    /// - Throws: ``DatasetStoreError/invalidLabel(got:)`` where it breaks ``rule``.
    package static func checked(_ text: String) throws(DatasetStoreError) -> String {
        let label = text.precomposedStringWithCanonicalMapping
        let isClean = label.unicodeScalars.allSatisfy { scalar in
            scalar != "/" && scalar != "\\" && scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
        }
        guard (1...128).contains(label.utf8.count), isClean, !label.hasPrefix("."), label.first?.isWhitespace == false,
            label.last?.isWhitespace == false
        else { throw .invalidLabel(got: String(text.prefix(200))) }
        return label
    }

    /// A whole class list: every name checked, none twice, 1 to 1,000 of them; the order is kept, it is the order of a model's outputs.
    static func checked(list: [String]) throws(DatasetStoreError) -> [String] {
        guard (1...1000).contains(list.count) else { throw .invalidClasses(detail: "\(list.count) classes; 1 to 1000 are allowed") }
        var labels: [String] = []
        for text in list {
            let label = try checked(text)
            guard !labels.contains(label) else { throw .invalidClasses(detail: "the class '\(label)' is named twice") }
            labels.append(label)
        }
        return labels
    }
}
