import Training

/// The consistency family: labelled and unlabelled pictures in every step. Source: learning.md, section 5.
package enum ConsistencyMethod: String, Sendable, Codable, CaseIterable {
    case fixmatch, mixmatch, flexmatch, freematch
}

/// Every choice of the consistency family besides those of ``TrainingConfiguration``. An epoch is one pass over the unlabelled pictures.
package struct ConsistencySettings: Sendable, Codable, Equatable {
    package var method: ConsistencyMethod
    /// Unlabelled pictures for each labelled one in a step (μ). MixMatch takes as many as labelled ones.
    package var unlabelledRatio: Int
    /// The weight of the unlabelled part: λ, and for MixMatch λ_u after its ramp.
    package var weight: Double
    /// τ of FixMatch, the greatest of FlexMatch.
    package var threshold: Double
    /// T of MixMatch's sharpening.
    package var temperature: Double
    /// α of MixMatch's Beta(α, α).
    package var alpha: Double
    /// Of the exponential average of the weights that is evaluated.
    package var averageDecay: Double
    /// The weight of FreeMatch's fairness term; nil for other methods.
    package var fairness: Double?

    /// The design's figures for a method.
    package init(
        method: ConsistencyMethod, unlabelledRatio: Int? = nil, weight: Double? = nil, threshold: Double = 0.95, temperature: Double = 0.5,
        alpha: Double = 0.75, averageDecay: Double = 0.999, fairness: Double? = nil
    ) {
        self.method = method
        self.unlabelledRatio = unlabelledRatio ?? (method == .mixmatch ? 1 : 3)
        self.weight = weight ?? (method == .mixmatch ? 75 : 1)
        self.threshold = threshold
        self.temperature = temperature
        self.alpha = alpha
        self.averageDecay = averageDecay
        self.fairness = method == .freematch ? fairness ?? 0.01 : nil
    }

    /// - Throws: ``TrainingError/outOfRange(name:got:allowed:)`` for the first setting that cannot work.
    package func validate() throws(TrainingError) {
        func require(_ isAllowed: Bool, _ name: String, _ got: some CustomStringConvertible, _ allowed: String) throws(TrainingError) {
            guard isAllowed else { throw .outOfRange(name: name, got: "\(got)", allowed: allowed) }
        }
        try require((1...16).contains(unlabelledRatio), "unlabelled_ratio", unlabelledRatio, "1 to 16")
        try require(method != .mixmatch || unlabelledRatio == 1, "unlabelled_ratio", unlabelledRatio, "1 for mixmatch")
        try require(weight >= 0 && weight.isFinite, "unsupervised_weight", weight, "0 or more")
        try require((0...1).contains(threshold), "threshold", threshold, "0 to 1")
        try require(temperature > 0 && temperature.isFinite, "temperature", temperature, "above 0")
        try require(alpha > 0 && alpha.isFinite, "alpha", alpha, "above 0")
        if let fairness { try require(fairness >= 0 && fairness.isFinite, "fairness_weight", fairness, "0 or more") }
        try require((0..<1).contains(averageDecay), "ema_decay", averageDecay, "0 to less than 1")
    }
}
