import Base

/// Sets a seeded stratified fifth of the labelled pictures aside for validation. Source: learning.md, section 2.
package struct ValidationSplit: Sendable, Equatable {
    /// Indices into the labels, ascending.
    package let training: [Int]
    package let validation: [Int]

    /// Of each class a fifth, rounded, at least one, and never its last one. Other classes' pictures do not change which of a class are taken.
    ///
    /// - Parameter digests: of the pictures' bytes, in the order of the labels; empty where they are not known. Copies of a class's picture stay together: to validate with
    ///   what was learned from flatters. So a class that has but one picture, however often, has none set aside.
    package init(labels: [Int], classes: Int, seed: UInt64, digests: [SHA256Digest?] = []) {
        var taken = Set<Int>()
        for label in 0..<classes {
            let members = labels.indices.filter { labels[$0] == label }
            guard members.count > 1 else { continue }
            var random = SeededRandom(seed: seed, purpose: "validation.\(label)")
            let count = max(1, (members.count + 2) / 5)
            taken.formUnion(Self.whole(Self.groups(members.shuffled(using: &random), digests), atMost: count))
        }
        training = labels.indices.filter { !taken.contains($0) }
        validation = taken.sorted()
    }

    /// Copies beside one another, each group where its first one stood.
    private static func groups(_ members: [Int], _ digests: [SHA256Digest?]) -> [[Int]] {
        var groups: [[Int]] = []
        var places: [SHA256Digest: Int] = [:]
        for member in members {
            let digest = digests.indices.contains(member) ? digests[member] : nil
            if let digest, let place = places[digest] {
                groups[place].append(member)
            } else {
                if let digest { places[digest] = groups.count }
                groups.append([member])
            }
        }
        return groups
    }

    /// The first groups that fit into so many pictures; where each has more, the smallest one. Never the only one.
    private static func whole(_ groups: [[Int]], atMost count: Int) -> [Int] {
        guard groups.count > 1 else { return [] }
        var taken: [Int] = []
        for group in groups where taken.count + group.count <= count { taken += group }
        return taken.isEmpty ? groups.min(by: { $0.count < $1.count }) ?? [] : taken
    }
}
