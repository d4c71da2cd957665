import Evaluation

/// Which of several treatments is best, over blocks in which each of them was tried: one question of a study (`learning.md`, section 9).
struct StudyComparison: Sendable, Codable, Equatable {
    /// What is asked.
    enum Question: String, Sendable, Codable, CaseIterable {
        case method, network
        /// Compact networks with unlabelled pictures against standard ones with labels alone.
        case compactSemiSupervised = "compact_semi_supervised"
    }

    struct Treatment: Sendable, Codable, Equatable {
        let name: String
        let averageRank: Double
        let macroF1: SampleMoments
        /// Whether its scores look normal; nil for fewer than three blocks, or without spread.
        let shapiroWilk: TestResult?

        private enum CodingKeys: String, CodingKey {
            case name
            case averageRank = "average_rank"
            case macroF1 = "macro_f1"
            case shapiroWilk = "shapiro_wilk"
        }
    }

    /// A treatment against the best-ranked one.
    struct Contrast: Sendable, Codable, Equatable {
        let treatment: String
        let z: Double
        let p: Double
        let holm: Double
        let bonferroni: Double
        let benjaminiHochberg: Double
        /// The control's scores against this treatment's.
        let wilcoxon: WilcoxonSignedRank?
        let effect: EffectSize

        private enum CodingKeys: String, CodingKey {
            case treatment, z, p, holm, bonferroni, wilcoxon, effect
            case benjaminiHochberg = "benjamini_hochberg"
        }
    }

    let question: Question
    /// In the order of the study.
    let treatments: [Treatment]
    let blocks: [String]
    /// Blocks that a treatment has no score in, and were left out.
    let incompleteBlocks: [String]
    /// Macro-F1, `[blocks][treatments]`.
    let values: [[Double]]
    let levene: TestResult?
    let friedman: TestResult?
    let imanDavenport: TestResult?
    let quade: TestResult?
    let variance: VarianceAnalysis?
    let control: String
    let contrasts: [Contrast]
    let nemenyi: CriticalDifference
    /// What the figures say, in a sentence or two.
    let verdict: String
    let notes: [String]

    private enum CodingKeys: String, CodingKey {
        case question, treatments, blocks, values, levene, friedman, quade, variance, control, contrasts, nemenyi, verdict, notes
        case incompleteBlocks = "incomplete_blocks"
        case imanDavenport = "iman_davenport"
    }
}
