/// Student's t for paired samples.
package enum PairedT {
    /// - Returns: t, its two-sided p, n − 1; nil where the differences are constant.
    /// - Throws: as ``EffectSize/init(_:_:)``.
    package static func test(_ a: [Double], _ b: [Double]) throws(EvaluationError) -> TestResult? {
        guard let paired = try EffectSize(a, b).paired else { return nil }
        let t = paired * Double(a.count).squareRoot()
        return TestResult(statistic: t, p: TailProbability.studentTwoSided(t, freedom: Double(a.count - 1)), freedom: [a.count - 1])
    }
}
