/// How many pseudo-labels are right, as far as the evaluator knows. Nothing learns from it. Source: learning.md, section 2.
package struct HiddenLabelAccuracy: Sendable, Codable, Equatable {
    /// Pseudo-labels of pictures whose class the evaluator knows. The consistency methods give one for each look at a picture, in the epoch that was kept.
    package let judged: Int
    package let right: Int
    /// Nil where none was judged.
    package let accuracy: Double?

    package init(judged: Int, right: Int) {
        self.judged = judged
        self.right = right
        accuracy = judged == 0 ? nil : Double(right) / Double(judged)
    }

    /// - Parameter hidden: by picture name the class that the evaluator knows; a class that the dataset does not have is none of the pseudo-labels'.
    package init(_ labels: [PseudoLabel], hidden: [String: Int]) {
        let judged = labels.filter { hidden[$0.picture] != nil }
        self.init(judged: judged.count, right: judged.count { hidden[$0.picture] == $0.label })
    }

    /// From the measures of an epoch; nil where they hold none.
    package init?(measures: [String: Double]) {
        guard let judged = measures[Self.judgedName], let right = measures[Self.rightName] else { return nil }
        self.init(judged: Int(judged), right: Int(right))
    }

    private static let judgedName = "pseudo_labels_judged"
    private static let rightName = "pseudo_labels_right"

    /// As live measures bear them.
    package var measures: [String: Double] {
        var measures = [Self.judgedName: Double(judged), Self.rightName: Double(right)]
        if let accuracy { measures["pseudo_label_accuracy"] = accuracy }
        return measures
    }
}
