import Evaluation

/// The probability from which a weak view's class counts, for each class, and how it changes while the network learns.
package enum Thresholds: Sendable, Codable, Equatable {
    /// FixMatch: one number for all.
    case fixed(Double)
    /// FlexMatch: lower for classes that are learned slowly.
    case flexible(FlexibleThresholds)
    /// FreeMatch: from the network's own sureness.
    case free(FreeThresholds)

    package func values(classes: Int) -> [Double] {
        switch self {
        case .fixed(let threshold): [Double](repeating: threshold, count: classes)
        case .flexible(let flexible): flexible.values
        case .free(let free): free.values
        }
    }

    /// Learns from the weak views of one step, before its loss is computed.
    /// - Parameters:
    ///   - probabilities: `[pictures][classes]`.
    ///   - pictures: which of the unlabelled pictures they are.
    package mutating func observe(_ probabilities: [[Double]], pictures: [Int]) {
        switch self {
        case .fixed: break
        case .flexible(var flexible):
            flexible.observe(probabilities, pictures: pictures)
            self = .flexible(flexible)
        case .free(var free):
            free.observe(probabilities)
            self = .free(free)
        }
    }
}

/// Curriculum pseudo-labelling: τ_c = τ · β_c / (2 − β_c), β_c = σ_c / max(max σ, pictures not yet learned). Zhang et al. 2021, arXiv:2110.08263, equations 5 to 11.
package struct FlexibleThresholds: Sendable, Codable, Equatable {
    /// τ
    package let maximum: Double
    /// For each unlabelled picture the class it was last sure of, −1 for none.
    private var learned: [Int]
    /// σ: how many pictures each class has in `learned`.
    private var counts: [Int]

    package init(maximum: Double, classes: Int, pictures: Int) {
        self.maximum = maximum
        learned = [Int](repeating: -1, count: pictures)
        counts = [Int](repeating: 0, count: classes)
    }

    package var values: [Double] {
        let most = max(counts.max() ?? 0, learned.count - counts.reduce(0, +), 1)
        return counts.map { count in
            let share = Double(count) / Double(most)
            return maximum * share / (2 - share)
        }
    }

    package mutating func observe(_ probabilities: [[Double]], pictures: [Int]) {
        for (row, picture) in zip(probabilities, pictures) {
            let label = Softmax.mode(row)
            guard row[label] > maximum, learned.indices.contains(picture) else { continue }
            if learned[picture] >= 0 { counts[learned[picture]] -= 1 }
            learned[picture] = label
            counts[label] += 1
        }
    }
}

/// Self-adaptive thresholds: τ_c = τ · p̃_c / max p̃, both exponential averages of what the network says. Wang et al. 2023, arXiv:2205.07246, equations 5 to 8.
package struct FreeThresholds: Sendable, Codable, Equatable {
    package let momentum: Double
    /// τ, the average of the largest probability.
    private var global: Double
    /// p̃, the average of each class's probability.
    private var means: [Double]
    /// h̃, the average share of pictures whose likeliest class it is.
    private var histogram: [Double]

    package init(classes: Int, momentum: Double = 0.999) {
        self.momentum = momentum
        global = 1 / Double(classes)
        means = [Double](repeating: 1 / Double(classes), count: classes)
        histogram = means
    }

    package var values: [Double] {
        let largest = means.max() ?? 1
        return means.map { largest > 0 ? global * $0 / largest : global }
    }

    /// What the fairness term expects of the strong views.
    package var fairness: SelfAdaptiveFairness { SelfAdaptiveFairness(means: means, histogram: histogram) }

    package mutating func observe(_ probabilities: [[Double]]) {
        guard !probabilities.isEmpty else { return }
        let count = Double(probabilities.count)
        let sureness = probabilities.reduce(0) { $0 + ($1.max() ?? 0) } / count
        global = momentum * global + (1 - momentum) * sureness
        let modes = probabilities.map { Softmax.mode($0) }
        for one in means.indices {
            histogram[one] = momentum * histogram[one] + (1 - momentum) * Double(modes.count { $0 == one }) / count
            means[one] = momentum * means[one] + (1 - momentum) * probabilities.reduce(0) { $0 + $1[one] } / count
        }
    }
}
