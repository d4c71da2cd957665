/// How well one class is found.
package struct ClassMeasures: Sendable, Codable, Equatable {
    /// The share of its predictions that are right; 0 where it was never predicted (scikit-learn's `zero_division=0`).
    package let precision: Double
    /// The share of its samples that were found; 0 where it has none.
    package let recall: Double
    /// The harmonic mean of both; 0 where both are 0.
    package let f1: Double
    /// How many samples it has. A class with none is left out of macro averages.
    package let support: Int

    package init(hits: Int, predicted: Int, support: Int) {
        precision = predicted == 0 ? 0 : Double(hits) / Double(predicted)
        recall = support == 0 ? 0 : Double(hits) / Double(support)
        f1 = predicted + support == 0 ? 0 : 2 * Double(hits) / Double(predicted + support)
        self.support = support
    }
}
