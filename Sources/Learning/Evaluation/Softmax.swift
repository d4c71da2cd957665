import Foundation

/// The functions that turn a row of logits into probabilities and a class.
package enum Softmax {
    /// `exp(logit / temperature)`, normalised; the largest logit is subtracted first, so that nothing overflows.
    ///
    /// - Parameters:
    ///   - logits: one row, `[classes]`.
    ///   - temperature: `T > 0`, no unit; 1 changes nothing.
    /// - Returns: probabilities, `[classes]`, in double precision.
    package static func probabilities(_ logits: some Collection<Float>, temperature: Double = 1) -> [Double] {
        normalised(logits, temperature)
    }

    /// The same for an array: other modules call code that knows its type.
    package static func probabilities(_ logits: [Float], temperature: Double = 1) -> [Double] { normalised(logits, temperature) }

    private static func normalised(_ logits: some Collection<Float>, _ temperature: Double) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        var row = logits.map { exp((Double($0) - largest) / temperature) }
        let total = row.reduce(0, +)
        for index in row.indices { row[index] /= total }
        return row
    }

    /// The index of the largest value, the first of equal ones; 0 for an empty row.
    package static func mode<Number: Comparable>(_ row: some Collection<Number>) -> Int {
        var best = 0
        var value: Number?
        for (index, candidate) in row.enumerated() {
            if let current = value, candidate <= current { continue }
            best = index
            value = candidate
        }
        return best
    }
}
