import Evaluation
import TestSupport
import Testing

@Suite("Statistics of studies")
struct StudyStatisticsSpecs {
    private typealias Fixture = StatisticsFixture

    @Test(
        "ranks, Friedman, Iman-Davenport, Quade and every post hoc are SciPy's and statsmodels' on a published table of 10 datasets and 12 networks"
    )
    func publishedRanks() throws {
        // Given the table
        guard let fixture = try Fixture.published() else { return }
        let table = try BlockTable(fixture["scores"]["values"].array.map(\.numbers))
        let names = fixture["scores"]["columns"].array.compactMap(\.string)
        // When it is ranked and tested
        let ranks = table.averageRanks
        let post = PostHoc(table)
        // Then all figures are the reference's, p-values to nine digits also where they are tiny
        #expect(names.count == 12 && ranks.count == 12)
        for (name, rank) in zip(names, ranks) { #expect(Fixture.agrees(rank, fixture["average_ranks"][name], 1e-12), "\(name)") }
        let friedman = fixture["friedman"]
        let imanDavenport = fixture["iman_davenport"]
        let quade = fixture["quade"]
        for (got, statistic, p) in [
            (table.friedman, friedman["chi_square"], friedman["p"]), (table.imanDavenport, imanDavenport["F"], imanDavenport["p"]),
            (table.quade, quade["F"], quade["p"]),
        ] {
            #expect(Fixture.agrees(got?.statistic, statistic, 1e-12, relative: true), "\(String(describing: got)) \(statistic)")
            #expect(Fixture.agrees(got?.p, p, 1e-9, relative: true), "\(String(describing: got)) \(p)")
        }
        #expect(table.imanDavenport?.freedom == [11, 99])
        #expect(names[post.control] == fixture["control"].string && post.comparisons.count == 11)
        let adjusted = fixture["p_adjusted"]
        for one in post.comparisons {
            let name = names[one.treatment]
            for (got, expected) in [
                (one.z, fixture["z_vs_control"][name]), (one.p, fixture["p_unadjusted"][name]), (one.holm, adjusted["holm"][name]),
                (one.bonferroni, adjusted["bonferroni"][name]), (one.benjaminiHochberg, adjusted["fdr_bh"][name]),
            ] { #expect(Fixture.agrees(got, expected, 1e-10, relative: true), "\(name): \(got), \(expected)") }
        }
        let nemenyi = CriticalDifference(treatments: 12, blocks: 10, alpha: fixture["nemenyi"]["alpha"].number ?? 0)
        #expect(Fixture.agrees(nemenyi.q, fixture["nemenyi"]["q"]))
        #expect(Fixture.agrees(nemenyi.value, fixture["nemenyi"]["critical_difference"]))
    }

    @Test("normality, equal variances, the pair's tests and effect sizes are the reference's on the same table")
    func publishedEffects() throws {
        guard let fixture = try Fixture.published() else { return }
        let table = try BlockTable(fixture["scores"]["values"].array.map(\.numbers))
        let names = fixture["scores"]["columns"].array.compactMap(\.string)
        func column(_ name: String) throws -> [Double] { table.column(try #require(names.firstIndex(of: name))) }
        // SciPy takes normal quantiles by another approximation: W and p differ in the tenth digit
        for name in names {
            let (got, expected) = (try ShapiroWilk.test(try column(name)), fixture["shapiro_wilk"][name])
            #expect(
                Fixture.agrees(got?.statistic, expected["W"], 2e-9) && Fixture.agrees(got?.p, expected["p"], 2e-9),
                "\(name): \(String(describing: got)) \(expected)")
        }
        let levene = try Levene.test(names.map { try column($0) })
        #expect(Fixture.agrees(levene?.statistic, fixture["levene"]["W"]) && Fixture.agrees(levene?.p, fixture["levene"]["p"]))
        let pair = fixture["pair"]
        let (a, b) = (try column(pair["a"].string ?? ""), try column(pair["b"].string ?? ""))
        let wilcoxon = try WilcoxonSignedRank(a, b)
        #expect(wilcoxon?.statistic == pair["wilcoxon"]["W"].number && wilcoxon?.p == pair["wilcoxon"]["p_exact"].number)
        let t = try PairedT.test(a, b)
        #expect(Fixture.agrees(t?.statistic, pair["paired_t"]["t"]) && Fixture.agrees(t?.p, pair["paired_t"]["p"]))
        let effect = try EffectSize(a, b)
        #expect(Fixture.agrees(effect.pooled, pair["cohens_d_pooled"]) && Fixture.agrees(effect.paired, pair["cohens_dz"]))
        let expected = fixture["repeated_measures_anova"]
        let variance = try #require(table.varianceAnalysis)
        #expect(Fixture.agrees(variance.test?.statistic, expected["F"]) && Fixture.agrees(variance.test?.p, expected["p"], relative: true))
        #expect(Fixture.agrees(variance.etaSquared, expected["eta_squared"]))
        #expect(Fixture.agrees(variance.partialEtaSquared, expected["partial_eta_squared"]))
    }

    @Test("small cases with ties, of other sizes and beyond the exact range are SciPy's")
    func smallCases() throws {
        let small = try Fixture.small()
        #expect(small["shapiro_wilk"].array.count == 8 && small["wilcoxon_exact"].array.count == 4)
        for one in small["shapiro_wilk"].array {
            let got = try ShapiroWilk.test(one["x"].numbers)
            #expect(
                Fixture.agrees(got?.statistic, one["W"], 2e-9) && Fixture.agrees(got?.p, one["p"], 2e-9),
                "n = \(one["x"].array.count): \(String(describing: got)), \(one["W"]), \(one["p"])")
        }
        let levene = try Levene.test(small["levene"]["groups"].array.map(\.numbers))
        #expect(Fixture.agrees(levene?.statistic, small["levene"]["W"]) && Fixture.agrees(levene?.p, small["levene"]["p"]))
        let tied = small["friedman_ties"]
        let friedman = try BlockTable(tied["rows"].array.map(\.numbers)).friedman
        #expect(Fixture.agrees(friedman?.statistic, tied["chi_square"]) && Fixture.agrees(friedman?.p, tied["p"]))
        for one in small["wilcoxon_exact"].array + [small["wilcoxon_normal"]] {
            let got = try WilcoxonSignedRank(one["a"].numbers, one["b"].numbers)
            #expect(Fixture.agrees(got?.statistic, one["W"]) && Fixture.agrees(got?.p, one["p"]), "\(String(describing: got)) \(one)")
            #expect(got?.isExact == (one["pairs"] != .null) && (one["pairs"] == .null || got?.pairs == one["pairs"].int))
        }
        let adjusted = small["adjusted"]
        for (method, expected) in [
            (PValueAdjustment.holm, adjusted["holm"]), (.bonferroni, adjusted["bonferroni"]), (.benjaminiHochberg, adjusted["fdr_bh"]),
        ] {
            for (got, value) in zip(method.adjust(adjusted["p"].numbers), expected.array) { #expect(Fixture.agrees(got, value, 1e-12)) }
        }
    }

    @Test("distributions are SciPy's to ten digits, in the tails too")
    func distributions() throws {
        let small = try Fixture.small()
        func check(_ name: String, _ tolerance: Double, relative: Bool = true, _ value: ([Double]) -> Double) {
            #expect(small[name].array.count >= 4)
            for row in small[name].array {
                let numbers = row.numbers
                #expect(
                    Fixture.agrees(value(numbers), .number(numbers.last ?? .nan), tolerance, relative: relative),
                    "\(name) \(numbers): \(value(numbers))")
            }
        }
        check("normal_quantile", 1e-13, relative: false) { NormalDistribution.quantile($0[0]) }
        check("normal_tail", 1e-12) { NormalDistribution.upperTail($0[0]) }
        check("f_tail", 1e-10) { TailProbability.f($0[0], $0[1], $0[2]) }
        check("t_two_sided", 1e-10) { TailProbability.studentTwoSided($0[0], freedom: $0[1]) }
        check("chi_square_tail", 1e-10) { TailProbability.chiSquare($0[0], freedom: $0[1]) }
        check("studentized_range", 1e-10, relative: false) { StudentizedRange.cumulative($0[0], groups: Int($0[1])) }
        // Demšar prints three decimals
        for groups in small["nemenyi_q"].keys {
            let q = CriticalDifference(treatments: try #require(Int(groups)), blocks: 5).q
            #expect(abs(q - (small["nemenyi_q"][groups].number ?? 0)) < 0.001, "\(groups): \(q)")
        }
    }

    @Test("what has no value has none, instead of a number that means nothing")
    func undefined() throws {
        // Given treatments that never differ, and one that wins every block
        let equal = try BlockTable([[1, 1], [2, 2], [3, 3]])
        let clear = try BlockTable([[1, 2], [2, 3], [5, 6]])
        // Then the equal ones have no χ², and the winner an infinite F, which is left out
        #expect(equal.friedman == nil && equal.quade == nil && equal.imanDavenport == nil)
        #expect(equal.averageRanks == [1.5, 1.5])
        #expect(clear.friedman?.statistic == 3 && clear.imanDavenport == nil && clear.quade == nil)
        #expect(try WilcoxonSignedRank([1, 2], [1, 2]) == nil)
        #expect(try EffectSize([1, 2, 3], [0, 1, 2]).paired == nil)
        #expect(try ShapiroWilk.test([4, 4, 4, 4]) == nil)
        #expect(try Levene.test([[1, 1], [2, 2]]) == nil)
        // And a table that is none is refused
        #expect(throws: EvaluationError.countMismatch(what: "treatments", got: 1, expected: 2)) { try BlockTable([[1, 2], [1]]) }
        #expect(throws: EvaluationError.notFinite(row: 1)) { try BlockTable([[1, 2], [1, .nan]]) }
        #expect(throws: EvaluationError.empty(what: "blocks beyond the first")) { try BlockTable([[1, 2]]) }
        #expect(throws: EvaluationError.outOfRange(name: "sample size", got: 2, allowed: "3 to 5000")) { try ShapiroWilk.test([1, 2]) }
    }

    @Test("groups of a critical-difference diagram are the largest runs of ranks closer than the difference")
    func groups() {
        // Given a critical difference of 1.2 ranks or so: q(3) = 2.344, √(3·4 / (6·8)) = 0.5
        let difference = CriticalDifference(treatments: 3, blocks: 8)
        #expect(abs(difference.value - 1.172) < 0.001)
        // Then the first and second stand together, and the second and third, but not all
        #expect(difference.groups([3, 1, 2]) == [[1, 2], [2, 0]])
        #expect(difference.groups([1, 1.1, 3.9]) == [[0, 1]])
        #expect(difference.groups([1.9, 2, 2.1]) == [[0, 1, 2]])
    }
}
