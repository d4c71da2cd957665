import Evaluation
import Jobs

extension StudyReport {
    /// Everything that follows from the trainings: a pure function.
    init(_ specification: StudySpecification, rows: [StudyRow]) throws(EvaluationError) {
        var notes: [String] = []
        let failed = rows.filter { $0.outcome == nil }
        if !failed.isEmpty {
            notes.append(
                "\(failed.count) of \(rows.count) trainings have no result; comparisons leave out the blocks that would need them.")
        }
        let evaluated = Set(rows.compactMap(\.outcome?.evaluatedOn)).sorted()
        if evaluated.contains("validation") {
            notes.append("A dataset has no test pictures: its figures are of the validation pictures, which chose the epoch, and flatter.")
        }
        let random = Self.unique(rows.filter { $0.weights == nil }.map(\.network))
        if !random.isEmpty, rows.contains(where: { $0.weights != nil }) {
            notes.append("\(random.joined(separator: ", ")) started from random weights, other networks from pretrained ones.")
        }
        var comparisons: [StudyComparison] = []
        for question in StudyComparison.Question.allCases {
            if let comparison = try Self.compare(question, specification, rows) {
                comparisons.append(comparison)
            } else {
                notes.append(Self.reason(question))
            }
        }
        self.specification = specification
        evaluatedOn = evaluated
        trainings = rows
        cells = try Self.cells(specification, rows)
        self.comparisons = comparisons
        points = StudyPoint.marked(Self.points(specification, rows))
        self.notes = notes
    }

    private static func reason(_ question: StudyComparison.Question) -> String {
        switch question {
        case .method: "Methods are not compared: that takes two or more, and two blocks in which all have a result."
        case .network: "Networks are not compared: that takes two or more, and two blocks in which all have a result."
        case .compactSemiSupervised:
            "Compact networks with unlabelled pictures are not compared with standard ones with labels alone: the study has not both, or not two blocks in which all have a result."
        }
    }

    /// Each score of a block is the mean over the seeds that all its treatments have in common. With one dataset each seed is a block of its own, else there would be too few.
    private static func compare(_ question: StudyComparison.Question, _ specification: StudySpecification, _ rows: [StudyRow])
        throws(EvaluationError) -> StudyComparison?
    {
        let seedsAreBlocks = specification.datasets.count == 1
        func treatment(_ row: StudyRow) -> String? {
            // A standard network has one method only: it stands in the question that is about it.
            let isStandard = specification.standardNetworks.contains(row.network)
            switch question {
            case .method: return isStandard ? nil : row.method.rawValue
            case .network: return isStandard ? nil : row.network
            case .compactSemiSupervised:
                return row.isCompact == row.method.usesUnlabelled ? "\(row.network) · \(row.method.rawValue)" : nil
            }
        }
        func block(_ row: StudyRow) -> String {
            let own =
                switch question {
                case .method: "\(row.dataset) · \(row.network)"
                case .network: "\(row.dataset) · \(row.method.rawValue)"
                case .compactSemiSupervised: row.dataset
                }
            return seedsAreBlocks ? "\(own) · seed \(row.seed)" : own
        }
        let asked = rows.filter { treatment($0) != nil }
        let names = unique(asked.compactMap(treatment))
        if question == .compactSemiSupervised {
            guard asked.contains(where: \.isCompact), asked.contains(where: { !$0.isCompact }) else { return nil }
        }
        var scores: [String: [String: Double]] = [:]
        var isCut = false
        for (name, members) in Dictionary(grouping: asked, by: block) {
            let bySeed = Dictionary(grouping: members.filter { $0.outcome != nil }, by: \.seed)
            let common = bySeed.filter { Set($0.value.compactMap(treatment)).count == names.count }
            if !common.isEmpty, common.count < Set(members.map(\.seed)).count { isCut = true }
            for one in names {
                // In the order of the seeds: sums of the same numbers in another order differ in their last bits.
                let values = common.sorted(by: { $0.key < $1.key }).flatMap { _, members in
                    members.filter { treatment($0) == one }.compactMap(\.outcome?.macroF1)
                }
                if !values.isEmpty { scores[name, default: [:]][one] = values.reduce(0, +) / Double(values.count) }
            }
        }
        var notes: [String] = []
        if seedsAreBlocks {
            notes.append("One dataset: blocks are its seeds, and what is found holds for this dataset, not for others.")
        }
        if isCut { notes.append("Where a training has no result, its seed is left out of the block for all.") }
        return try StudyComparison(question, names: names, order: unique(asked.map(block)), scores: scores, notes: notes)
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private static func cells(_ specification: StudySpecification, _ rows: [StudyRow]) throws(EvaluationError) -> [StudyCell] {
        var cells: [StudyCell] = []
        for dataset in specification.datasets.map(\.description) {
            for (network, method) in specification.columns {
                let outcomes = rows.filter { $0.dataset == dataset && $0.network == network && $0.method == method }.compactMap(
                    \.outcome)
                guard !outcomes.isEmpty else { continue }
                cells.append(
                    StudyCell(
                        dataset: dataset, network: network, method: method.rawValue,
                        macroF1: try SampleMoments(outcomes.map(\.macroF1)),
                        accuracy: try SampleMoments(outcomes.map(\.accuracy))))
            }
        }
        return cells
    }

    private static func points(_ specification: StudySpecification, _ rows: [StudyRow]) -> [StudyPoint] {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        var points: [StudyPoint] = []
        for (network, method) in specification.columns {
            let outcomes = rows.filter { $0.network == network && $0.method == method }.compactMap(\.outcome)
            for precision in ["float", "int8"] {
                let measured = outcomes.compactMap { $0.precisions[precision] }
                guard !measured.isEmpty else { continue }
                let latencies = measured.compactMap(\.medianLatencyMilliseconds)
                points.append(
                    StudyPoint(
                        network: network, method: method.rawValue, precision: precision, accuracy: mean(measured.map(\.accuracy)),
                        macroF1: mean(measured.map(\.macroF1)), fileBytes: mean(measured.map { Double($0.fileBytes) }),
                        latencyMilliseconds: latencies.isEmpty ? nil : mean(latencies)))
            }
        }
        return points
    }
}
