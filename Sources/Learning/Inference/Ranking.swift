/// How classes are ordered, and how far the best two are apart. Pure.
package enum Ranking {
    /// The best logit minus the second best, ≥ 0; infinite where there are fewer than two.
    package static func margin(_ logits: some Collection<Float>) -> Float {
        var best = -Float.infinity
        var second = -Float.infinity
        for logit in logits {
            if logit > best { (best, second) = (logit, best) } else { second = max(second, logit) }
        }
        return best - second
    }

    /// The `count` likeliest classes, fewer if there are fewer. Equal ones keep the order of the classes.
    package static func top(_ count: Int, of probabilities: [Double], labels: [String]) -> [Answer.Prediction] {
        let order = probabilities.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
        return order.prefix(count).map { Answer.Prediction(label: labels[$0], probability: probabilities[$0]) }
    }
}
