/// Agreement beyond chance.
extension ConfusionMatrix {
    /// Cohen's kappa: 1 is perfect, 0 is chance. Source: Cohen 1960.
    package var kappa: Double { kappa { $0 == $1 ? 0 : 1 } }

    /// Cohen's kappa with quadratic weights, for ordered classes. Source: Cohen 1968.
    package var quadraticKappa: Double { kappa { Double(($0 - $1) * ($0 - $1)) } }

    private func kappa(weight: (Int, Int) -> Double) -> Double {
        let support = support
        let predicted = predicted
        let total = Double(total)
        var observed = 0.0
        var expected = 0.0
        for row in counts.indices {
            for column in counts.indices {
                observed += weight(row, column) * Double(counts[row][column])
                expected += weight(row, column) * Double(support[row]) * Double(predicted[column]) / max(total, 1)
            }
        }
        // Everything in one class: agreement is perfect or there is none to speak of.
        return expected == 0 ? (observed == 0 ? 1 : 0) : 1 - observed / expected
    }

    /// Matthews correlation for several classes; 0 where labels or predictions are all of one class. Source: Gorodkin 2004, as in scikit-learn.
    package var matthewsCorrelation: Double {
        let support = support.map(Double.init)
        let predicted = predicted.map(Double.init)
        let total = Double(total)
        let covariance = Double(correct) * total - zip(support, predicted).reduce(0) { $0 + $1.0 * $1.1 }
        let spreadOfPredictions = total * total - predicted.reduce(0) { $0 + $1 * $1 }
        let spreadOfLabels = total * total - support.reduce(0) { $0 + $1 * $1 }
        let product = spreadOfPredictions * spreadOfLabels
        return product == 0 ? 0 : covariance / product.squareRoot()
    }
}
