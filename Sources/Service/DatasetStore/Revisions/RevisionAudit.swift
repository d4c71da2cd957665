import Base

/// What is worth knowing about a revision before training on it. A pure function of its entries.
struct RevisionAudit {
    /// Fewer labels than this for training cannot be split into learning and validation.
    static let fewestLabels = 2
    /// Below this a class is learned badly even with semi-supervised methods.
    static let fewLabels = 10
    /// The largest class over the smallest, in labelled pictures for training.
    static let imbalance = 3.0

    let classes: [String]
    let entries: [RevisionEntry]
    /// In the order of `entries`.
    let hashes: [DifferenceHash]
    let counts: ImageCounts
    /// Names of pictures that were left out because their bytes are damaged.
    let corrupt: [String]

    var findings: [Finding] {
        let same = sameBytes
        let near = nearDuplicates(same)
        return [
            corruptFinding, tooFew, leak(same, near), conflicts(same), noTest, unlabelledEvaluation, imbalanced, exact(same),
            nearFinding(near),
        ]
        .compactMap(\.self)
    }

    /// Groups of indices with equal bytes.
    private var sameBytes: [[Int]] {
        Dictionary(grouping: entries.indices) { entries[$0].sha256 }.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// Groups of indices that are alike but not all the same bytes.
    private func nearDuplicates(_ same: [[Int]]) -> [[Int]] {
        // One index stands for all with its bytes, so that many copies of one picture do not use up the comparisons.
        let copies = Set(same.flatMap { $0.dropFirst() })
        let representatives = entries.indices.filter { !copies.contains($0) }
        let all = Dictionary(grouping: entries.indices) { entries[$0].sha256 }
        return NearDuplicateSearch.groups(representatives.map { hashes[$0] }).map { group in
            group.flatMap { all[entries[representatives[$0]].sha256] ?? [] }.sorted()
        }
    }

    private var corruptFinding: Finding? {
        guard !corrupt.isEmpty else { return nil }
        return Finding(
            kind: .corrupt, severity: .error, count: corrupt.count,
            detail: "\(corrupt.count) pictures are left out: their bytes are missing from the disk or cut short; upload them again",
            examples: corrupt.map { [$0] })
    }

    private var tooFew: Finding? {
        let none = counts.perClass.filter { $0.train < Self.fewestLabels }
        let few = counts.perClass.filter { $0.train < Self.fewLabels }
        guard !few.isEmpty || counts.perClass.count < 2 else { return nil }
        let blocks = !none.isEmpty || counts.perClass.count < 2
        let list = few.prefix(10).map { "\($0.label): \($0.train)" }.joined(separator: ", ")
        let detail =
            counts.perClass.count < 2
            ? "\(counts.perClass.count) classes; training needs two or more"
            : "labelled pictures for training: \(list); \(Self.fewestLabels) a class are needed, \(Self.fewLabels) or more are advised"
        return Finding(
            kind: .tooFewLabels, severity: blocks ? .error : .warning, count: few.count, detail: detail, examples: few.map { [$0.label] })
    }

    private func leak(_ same: [[Int]], _ near: [[Int]]) -> Finding? {
        func crosses(_ group: [Int]) -> Bool { Set(group.map { entries[$0].role }).count > 1 }
        func reachesTest(_ group: [Int]) -> Bool { group.contains { entries[$0].role == .test } }
        let exact = same.filter(crosses)
        let alike = near.filter(crosses)
        guard !exact.isEmpty || !alike.isEmpty else { return nil }
        // A near group that crosses holds the exact ones of its pictures too.
        let covered = Set(alike.flatMap(\.self))
        let groups = exact.filter { !covered.contains($0[0]) } + alike
        return Finding(
            kind: .sameInTrainAndTest, severity: exact.contains(where: reachesTest) ? .error : .warning, count: groups.count,
            detail:
                "\(exact.count) groups of identical and \(alike.count) groups of nearly identical pictures stand in more than one of train, validation and test: "
                + "what is measured there would be too good",
            examples: groups.map(names))
    }

    private func conflicts(_ same: [[Int]]) -> Finding? {
        let groups = same.filter { Set($0.compactMap { entries[$0].label }).count > 1 }
        guard !groups.isEmpty else { return nil }
        return Finding(
            kind: .conflictingLabels, severity: .warning, count: groups.count,
            detail: "\(groups.count) pictures bear different labels under different names", examples: groups.map(names))
    }

    private var noTest: Finding? {
        guard !entries.contains(where: { $0.role == .test && $0.label != nil }) else { return nil }
        return Finding(
            kind: .noTestPictures, severity: .warning, count: 0,
            detail: "no labelled pictures have the role test: the report cannot measure the model",
            examples: [])
    }

    private var unlabelledEvaluation: Finding? {
        let found = entries.filter { $0.role != .train && $0.label == nil }
        guard !found.isEmpty else { return nil }
        return Finding(
            kind: .unlabelledEvaluation, severity: .warning, count: found.count,
            detail: "\(found.count) pictures for validation or test bear no label and are not used",
            examples: found.map { [$0.image.description] })
    }

    private var imbalanced: Finding? {
        let labelled = counts.perClass.filter { $0.train > 0 }
        guard let most = labelled.max(by: { $0.train < $1.train }), let least = labelled.min(by: { $0.train < $1.train }),
            Double(most.train) > Self.imbalance * Double(least.train)
        else { return nil }
        return Finding(
            kind: .classImbalance, severity: .warning, count: labelled.count,
            detail:
                "the largest class (\(most.label): \(most.train)) has more than \(Int(Self.imbalance)) times the labels of the smallest "
                + "(\(least.label): \(least.train))",
            examples: [[most.label], [least.label]])
    }

    private func exact(_ same: [[Int]]) -> Finding? {
        guard !same.isEmpty else { return nil }
        return Finding(
            kind: .exactDuplicate, severity: .information, count: same.count,
            detail: "\(same.count) pictures stand under more than one name", examples: same.map(names))
    }

    private func nearFinding(_ near: [[Int]]) -> Finding? {
        guard !near.isEmpty else { return nil }
        return Finding(
            kind: .nearDuplicate, severity: .information, count: near.count,
            detail:
                "\(near.count) groups of pictures look alike (at most \(NearDuplicateSearch.maximumDistance) of 64 bits of their difference hashes differ)",
            examples: near.map(names))
    }

    private func names(_ group: [Int]) -> [String] { group.map { entries[$0].image.description } }
}
