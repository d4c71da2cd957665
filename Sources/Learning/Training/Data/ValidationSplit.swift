import Base

/// Sets a seeded stratified fifth of the labelled pictures aside for validation. Source: learning.md, section 2.
package struct ValidationSplit: Sendable, Equatable {
    /// Indices into the labels, ascending.
    package let training: [Int]
    package let validation: [Int]

    /// Of each class a fifth, rounded, at least one, and never its last one. Other classes' pictures do not change which of a class are taken.
    package init(labels: [Int], classes: Int, seed: UInt64) {
        var taken = Set<Int>()
        for label in 0..<classes {
            let members = labels.indices.filter { labels[$0] == label }
            guard members.count > 1 else { continue }
            var random = SeededRandom(seed: seed, purpose: "validation.\(label)")
            let count = max(1, (members.count + 2) / 5)
            taken.formUnion(members.shuffled(using: &random).prefix(count))
        }
        training = labels.indices.filter { !taken.contains($0) }
        validation = taken.sorted()
    }
}
