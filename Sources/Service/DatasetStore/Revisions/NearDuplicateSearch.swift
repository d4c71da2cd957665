/// Finds pictures whose difference hashes are close, in bounded time.
///
/// Two hashes that differ in at most 3 of 64 bits agree in at least one of their four 16-bit quarters (pigeonhole), so only pictures that share a quarter are compared.
/// Each picture is compared with at most ``comparisonLimit`` others per quarter: at most 100,000 × 4 × 64 comparisons for 100,000 pictures (tens of milliseconds);
/// in a data set where more than that share a quarter some pairs may go unseen, groups hardly ever, because a group's pictures find each other through any member.
package struct NearDuplicateSearch {
    /// Bits; 3 is what the quarters can guarantee, and what recompression and resizing stay within.
    package static let maximumDistance = 3
    package static let comparisonLimit = 64

    /// Groups of two or more indices into `hashes`, each connected by close pairs, ascending. Hashes that do not tell (``DifferenceHash/isTelling``) are left out.
    /// Complexity: O(n · comparisonLimit).
    package static func groups(_ hashes: [DifferenceHash]) -> [[Int]] {
        var forest = DisjointSets(count: hashes.count)
        for quarter in 0..<4 {
            var buckets: [UInt16: [Int]] = [:]
            for (index, hash) in hashes.enumerated() where hash.isTelling {
                let key = UInt16(truncatingIfNeeded: hash.bits >> UInt64(16 * quarter))
                for other in buckets[key, default: []].suffix(comparisonLimit) where hash.distance(to: hashes[other]) <= maximumDistance {
                    forest.join(index, other)
                }
                buckets[key, default: []].append(index)
            }
        }
        return forest.groups
    }
}

/// Disjoint sets with path halving (Tarjan and van Leeuwen 1984).
struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    mutating func root(_ index: Int) -> Int {
        var index = index
        while parents[index] != index {
            parents[index] = parents[parents[index]]
            index = parents[index]
        }
        return index
    }

    /// The smaller root stays, so that the result does not depend on the order of joins.
    mutating func join(_ a: Int, _ b: Int) {
        let (first, second) = (root(a), root(b))
        parents[max(first, second)] = min(first, second)
    }

    /// Sets of two or more members, ascending.
    var groups: [[Int]] {
        var copy = self
        return Dictionary(grouping: parents.indices) { copy.root($0) }.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }
}
