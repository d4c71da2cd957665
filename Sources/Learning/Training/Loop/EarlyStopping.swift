/// Which epoch is the best, and when to stop waiting for a better one.
///
/// Better is a higher validation macro-F1, or an equal one with a lower validation loss: with a handful of validation pictures macro-F1 takes few values and is soon 1.
package struct EarlyStopping: Sendable, Codable, Equatable {
    package private(set) var bestEpoch: Int?
    package private(set) var bestMacroF1 = -Double.infinity
    package private(set) var bestLoss = Double.infinity
    package private(set) var epochsWithoutGain = 0
    package let patience: Int

    package init(patience: Int) { self.patience = patience }

    /// - Returns: whether this epoch is the best so far.
    package mutating func record(epoch: Int, macroF1: Double, loss: Double) -> Bool {
        guard macroF1 > bestMacroF1 || (macroF1 == bestMacroF1 && loss < bestLoss) else {
            epochsWithoutGain += 1
            return false
        }
        (bestEpoch, bestMacroF1, bestLoss, epochsWithoutGain) = (epoch, macroF1, loss, 0)
        return true
    }

    package var shouldStop: Bool { epochsWithoutGain >= patience }

    private enum CodingKeys: String, CodingKey { case bestEpoch, bestMacroF1, bestLoss, epochsWithoutGain, patience }

    // JSON has no infinity: before the first epoch there is no best.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(patience, forKey: .patience)
        try container.encode(epochsWithoutGain, forKey: .epochsWithoutGain)
        guard let bestEpoch else { return }
        try container.encode(bestEpoch, forKey: .bestEpoch)
        try container.encode(bestMacroF1, forKey: .bestMacroF1)
        try container.encode(bestLoss, forKey: .bestLoss)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        patience = try container.decode(Int.self, forKey: .patience)
        epochsWithoutGain = try container.decode(Int.self, forKey: .epochsWithoutGain)
        bestEpoch = try container.decodeIfPresent(Int.self, forKey: .bestEpoch)
        bestMacroF1 = try container.decodeIfPresent(Double.self, forKey: .bestMacroF1) ?? -Double.infinity
        bestLoss = try container.decodeIfPresent(Double.self, forKey: .bestLoss) ?? Double.infinity
    }
}
