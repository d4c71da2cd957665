/// A statistic and how likely one at least as extreme is without any effect.
package struct TestResult: Sendable, Codable, Equatable {
    package let statistic: Double
    package let p: Double
    /// Degrees of freedom: none, one (chi-square) or two (F).
    package let freedom: [Int]

    private enum CodingKeys: String, CodingKey {
        case statistic, p
        case freedom = "df"
    }

    package init(statistic: Double, p: Double, freedom: [Int] = []) {
        self.statistic = statistic
        self.p = p
        self.freedom = freedom
    }

    init(f statistic: Double, _ first: Int, _ second: Int) {
        self.init(statistic: statistic, p: TailProbability.f(statistic, Double(first), Double(second)), freedom: [first, second])
    }
}
