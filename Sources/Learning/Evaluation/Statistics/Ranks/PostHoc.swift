/// Every treatment against the best-ranked one, the control. Source: Demšar 2006, section 3.2.2; García et al. 2010, Information Sciences 180.
package struct PostHoc: Sendable, Equatable {
    package struct Comparison: Sendable, Equatable {
        package let treatment: Int
        /// (R − R of the control) / √(k(k + 1) / 6n)
        package let z: Double
        /// Two-sided, of this comparison alone.
        package let p: Double
        package let holm: Double
        package let bonferroni: Double
        package let benjaminiHochberg: Double
    }

    /// The treatment with the lowest average rank; the first of several.
    package let control: Int
    /// All others, in the order of the table.
    package let comparisons: [Comparison]

    package init(_ table: BlockTable) {
        let ranks = table.averageRanks
        let control = ranks.indices.min { ranks[$0] < ranks[$1] } ?? 0
        let k = Double(table.treatments)
        let error = (k * (k + 1) / (6 * Double(table.blocks))).squareRoot()
        let others = ranks.indices.filter { $0 != control }
        let z = others.map { (ranks[$0] - ranks[control]) / error }
        let p = z.map { TailProbability.normalTwoSided($0) }
        let holm = PValueAdjustment.holm.adjust(p)
        let bonferroni = PValueAdjustment.bonferroni.adjust(p)
        let discovery = PValueAdjustment.benjaminiHochberg.adjust(p)
        self.control = control
        comparisons = others.indices.map { index in
            Comparison(
                treatment: others[index], z: z[index], p: p[index], holm: holm[index], bonferroni: bonferroni[index],
                benjaminiHochberg: discovery[index])
        }
    }
}
