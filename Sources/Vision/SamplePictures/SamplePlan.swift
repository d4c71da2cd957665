import Base

/// Which pictures are written, where, and from which random stream. A pure value: the same settings always give the same list.
struct SamplePlan: Sendable {
    struct Entry: Sendable, Equatable {
        /// Relative to the directory of the sample set.
        let path: String
        let kind: CellClass
        /// Purpose of the picture's own random stream, so that counts do not change pictures.
        let stream: String
    }

    let entries: [Entry]

    init(seed: UInt64, counts: SampleCounts) {
        var entries: [Entry] = []
        for kind in CellClass.allCases {
            for index in 0..<counts.labelledPerClass {
                entries.append(
                    Self.entry("labelled/\(kind.rawValue)/\(kind.rawValue)-\(Self.padded(index + 1)).jpg", kind, "labelled", index))
            }
            for index in 0..<counts.testPerClass {
                entries.append(Self.entry("test/\(kind.rawValue)/test-\(kind.rawValue)-\(Self.padded(index + 1)).jpg", kind, "test", index))
            }
        }
        // Classes take turns and the order is then shuffled: numbers must not give the class away.
        var random = SeededRandom(seed: seed, purpose: "sample/order")
        let classes = CellClass.allCases
        for (place, index) in random.permutation(counts.unlabelled).enumerated() {
            let kind = classes[index % classes.count]
            entries.append(Self.entry("unlabelled/cell-\(Self.padded(place + 1)).jpg", kind, "unlabelled", index / classes.count))
        }
        self.entries = entries
    }

    private static func entry(_ path: String, _ kind: CellClass, _ role: String, _ index: Int) -> Entry {
        Entry(path: path, kind: kind, stream: "sample/\(role)/\(kind.rawValue)/\(index)")
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
