import Base
import Foundation
import Jobs
import Testing

@testable import TrainingJobs

@Suite("The report of a study")
struct StudyReportSpecs {
    private static func row(
        _ dataset: String, _ network: String, _ method: TrainSpecification.Method, seed: UInt64, macroF1: Double?, bytes: Int = 1_000_000,
        milliseconds: Double? = 5, isCompact: Bool = true, failure: String = "it was cancelled"
    ) -> StudyRow {
        let outcome = macroF1.map { value in
            StudyRow.Outcome(
                macroF1: value, accuracy: value, supervisedMacroF1: nil, evaluatedOn: "test", parameters: 10, multiplyAdds: 20,
                precisions: [
                    "float": PrecisionOutcome(accuracy: value, macroF1: value, fileBytes: bytes, medianLatencyMilliseconds: milliseconds)
                ], pseudoLabels: nil)
        }
        return StudyRow(
            job: .now(), dataset: dataset, network: network, isCompact: isCompact, method: method, seed: seed, model: nil, version: nil,
            outcome: outcome, failure: outcome == nil ? failure : nil)
    }

    private static func study(_ datasets: [String], _ networks: [String], _ methods: [TrainSpecification.Method], _ seeds: [UInt64])
        -> StudySpecification
    {
        StudySpecification(
            datasets: datasets.compactMap(ResourceName.init), revisions: datasets.map { _ in 1 }, networks: networks, methods: methods,
            seeds: seeds)
    }

    @Test("compares methods over datasets × networks, each score the mean of its seeds, and leaves out what a failure made incomplete")
    func blocks() throws {
        // Given three datasets of one network, two methods and two seeds; fixmatch is 0.1 better everywhere, one training failed, and one dataset has no fixmatch
        let specification = Self.study(["a", "b", "c"], ["n"], [.supervised, .fixmatch], [1, 2])
        var rows: [StudyRow] = []
        for (place, dataset) in ["a", "b", "c"].enumerated() {
            for seed in [1, 2] as [UInt64] {
                let base = 0.5 + 0.1 * Double(place) + 0.02 * Double(seed)
                rows.append(Self.row(dataset, "n", .supervised, seed: seed, macroF1: base))
                let isLost = dataset == "c" || (dataset == "b" && seed == 2)
                rows.append(Self.row(dataset, "n", .fixmatch, seed: seed, macroF1: isLost ? nil : base + 0.1))
            }
        }
        // When the report is made
        let report = try StudyReport(specification, rows: rows)
        // Then methods are compared over a (both seeds) and b (its first), and c is named as incomplete
        let comparison = try #require(report.comparisons.first)
        #expect(report.comparisons.count == 1 && comparison.question == .method)
        #expect(comparison.blocks == ["a · n", "b · n"] && comparison.incompleteBlocks == ["c · n"])
        // a: (0.52 + 0.54) / 2 = 0.53; b: 0.62
        for (row, expected) in zip(comparison.values, [[0.53, 0.63], [0.62, 0.72]]) {
            for (got, value) in zip(row, expected) { #expect(abs(got - value) < 1e-12) }
        }
        #expect(comparison.control == "fixmatch" && comparison.treatments.map(\.averageRank) == [2, 1])
        // χ² of two blocks and two treatments that always rank alike: 12 / (2·2·3) (4² + 2²) − 3·2·3 = 2
        #expect(abs((comparison.friedman?.statistic ?? 0) - 2) < 1e-12)
        #expect(comparison.notes.contains { $0.contains("seed is left out") })
        #expect(report.notes.contains { $0.contains("3 of 12 trainings have no result") })
        // And the spread over seeds stands in each cell: 0.52 and 0.54
        let cell = try #require(report.cells.first)
        #expect(abs(cell.macroF1.mean - 0.53) < 1e-12 && abs((cell.macroF1.standardDeviation ?? 0) - 0.02 / Double(2).squareRoot()) < 1e-12)
    }

    @Test("sums the scores of a block in the order of the seeds, however the trainings stand")
    func order() throws {
        // Given two datasets with five seeds, whose sum has other last bits in another order
        let seeds: [UInt64] = [1, 2, 3, 4, 5]
        let values = [0.5799, 0.8817, 0.7916, 0.511, 0.8942]
        var rows: [StudyRow] = []
        var expected: [[Double]] = []
        for (dataset, less) in [("a", 0.0), ("b", 0.03)] {
            var means: [Double] = []
            for (method, more) in [(TrainSpecification.Method.supervised, 0.0), (TrainSpecification.Method.fixmatch, 0.05)] {
                let scores = values.map { $0 + more - less }
                means.append(scores.reduce(0, +) / 5)
                rows += zip(seeds, scores).reversed().map { Self.row(dataset, "n", method, seed: $0, macroF1: $1) }
            }
            expected.append(means)
        }
        // When the report is made, then each score is, to the bit, that of the ascending seeds
        let report = try StudyReport(Self.study(["a", "b"], ["n"], [.supervised, .fixmatch], seeds), rows: rows)
        #expect(report.comparisons.first?.values == expected)
    }

    @Test("holds a standard network against the compact ones without making their blocks incomplete")
    func standardNetwork() throws {
        // Given two datasets, a compact network with two methods, and a standard one that has labels alone
        let specification = StudySpecification(
            datasets: ["a", "b"].compactMap(ResourceName.init), revisions: [1, 1], networks: ["small"], methods: [.supervised, .fixmatch],
            standardNetworks: ["large"], seeds: [1])
        let rows = ["a", "b"].flatMap { dataset in
            [
                Self.row(dataset, "small", .supervised, seed: 1, macroF1: 0.6),
                Self.row(dataset, "small", .fixmatch, seed: 1, macroF1: 0.8),
                Self.row(dataset, "large", .supervised, seed: 1, macroF1: 0.7, isCompact: false),
            ]
        }
        // When the report is made
        let report = try StudyReport(specification, rows: rows)
        // Then methods are compared over the compact network, whole, and the standard one stands in its own question
        #expect(report.comparisons.map(\.question) == [.method, .compactSemiSupervised])
        #expect(report.comparisons[0].blocks == ["a · small", "b · small"] && report.comparisons[0].incompleteBlocks.isEmpty)
        #expect(report.comparisons[1].values == [[0.8, 0.7], [0.8, 0.7]])
        // And the page shows it, with a dash where it was not trained
        #expect(report.cells.count == 6 && report.points.count == 3)
        #expect(StudyPage.html(report).contains("large (on labels alone)"))
        // And a study of an earlier release, which has no such field, can be read
        var fields = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(specification)) as? [String: Any])
        fields["standard_networks"] = nil
        let old = try JSONDecoder().decode(StudySpecification.self, from: JSONSerialization.data(withJSONObject: fields))
        #expect(old.standardNetworks.isEmpty && old.networks == ["small"])
    }

    @Test("of one dataset takes its seeds as blocks, says so, and holds compact networks with unlabelled pictures against standard ones")
    func oneDataset() throws {
        // Given a compact and a standard network, with and without unlabelled pictures, four seeds
        let specification = Self.study(["a"], ["small", "large"], [.supervised, .fixmatch], [1, 2, 3, 4])
        var rows: [StudyRow] = []
        for seed in 1...4 as ClosedRange<UInt64> {
            let noise = 0.01 * Double(seed)
            for (network, isCompact) in [("small", true), ("large", false)] {
                for method in [TrainSpecification.Method.supervised, .fixmatch] {
                    let value = 0.6 + noise + (method == .fixmatch ? 0.2 : 0) + (isCompact ? 0 : 0.1)
                    rows.append(
                        Self.row("a", network, method, seed: seed, macroF1: value, bytes: isCompact ? 100 : 1000, isCompact: isCompact))
                }
            }
        }
        let report = try StudyReport(specification, rows: rows)
        // Then all three questions are answered
        #expect(report.comparisons.map(\.question) == [.method, .network, .compactSemiSupervised])
        #expect(report.comparisons[0].blocks.count == 8 && report.comparisons[0].notes.contains { $0.contains("not for others") })
        // small with fixmatch 0.8, large supervised 0.7: the compact one leads in every block
        let last = report.comparisons[2]
        #expect(last.control == "small · fixmatch" && last.treatments.map(\.name) == ["small · fixmatch", "large · supervised"])
        #expect(abs((last.contrasts.first?.effect.meanDifference ?? 0) - 0.1) < 1e-9)
        // All four differences point the same way: 2 · (1/2)⁴
        #expect(last.contrasts.first?.wilcoxon?.p == 0.125)
        #expect(!report.notes.contains { $0.contains("random weights") })
        // And where only some networks had pretrained weights, that is said
        for index in rows.indices where rows[index].isCompact { rows[index].weights = "small" }
        #expect(
            try StudyReport(specification, rows: rows).notes == ["large started from random weights, other networks from pretrained ones."])
        // And the fronts hold the best of each size: small fixmatch 0.825 at 100 bytes, large fixmatch 0.925 at 1000
        #expect(report.points.filter(\.isSmallest).map(\.name) == ["small · fixmatch · float", "large · fixmatch · float"])
        #expect(report.points.filter(\.isFastest).map(\.name) == ["large · fixmatch · float"])
    }

    @Test("with nothing to compare, or nothing at all, says so instead of failing")
    func nothing() throws {
        let specification = Self.study(["a"], ["n"], [.supervised], [1, 2])
        let rows = [1, 2].map { Self.row("a", "n", .supervised, seed: $0, macroF1: nil) }
        let report = try StudyReport(specification, rows: rows)
        #expect(report.comparisons.isEmpty && report.cells.isEmpty && report.points.isEmpty)
        #expect(report.notes.count == 4)
        #expect(StudyPage.html(report).contains("of which 0 have a result"))
    }

    @Test("as a page loads and runs nothing, and shows hostile names as text; as a table it starts no formula")
    func hostile() throws {
        // Given networks, datasets and failures that would be markup or a formula
        let evil = #"<script>alert("1")</script>'&"#
        let specification = Self.study(["a"], [evil, "n"], [.supervised], [1, 2])
        let rows =
            [evil, "n"].flatMap { network in [1, 2].map { Self.row("a", network, .supervised, seed: $0, macroF1: 0.5 + 0.1 * Double($0)) } }
            + [Self.row("=1+1", "n", .supervised, seed: 3, macroF1: nil, failure: "@SUM(A1),\"x\"\nnext")]
        let report = try StudyReport(specification, rows: rows)
        // When it is written
        let page = StudyPage.html(report)
        let table = StudyTable.text(report)
        // Then nothing of it is markup
        #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;"))
        #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src=") && !page.contains("url("))
        // And it has its diagram, its plot and its failures
        #expect(page.contains("<svg") && page.contains("critical difference") && page.contains("@SUM(A1)"))
        // And every line of the table has the columns of the header, the formulas disarmed
        #expect(table.contains("'=1+1") && table.contains("\"'@SUM(A1),\"\"x\"\"\nnext\""))
        #expect(table.hasPrefix("dataset,network,compact,method,seed,macro_f1,"))
    }
}
