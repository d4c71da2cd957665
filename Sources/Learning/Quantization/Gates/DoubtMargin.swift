/// Below which margin an int8 answer is in doubt, so that float answers in its place.
///
/// Rounding to 8 bits moves logits by about the same amount for every picture; it changes the class only of those whose two best logits lie closer together than that.
/// On a machine where int8 takes half the time of float, asking float again for one picture in ten costs little and keeps the answers together.
package enum DoubtMargin {
    /// The smallest threshold above which int8 and float are expected to differ for at most a given share of all pictures.
    ///
    /// The expectation for a threshold t is the mean over all margins m of `[m ≥ t] · P(shift > m)`, P being the share of the given shifts: margins and shifts are taken as independent,
    /// so that the few pictures on which both precisions were seen to differ are not the only evidence. O(n log n).
    /// - Parameters:
    ///   - margins: of pictures such as will be asked about. None: nothing is known, and everything is in doubt.
    ///   - shifts: ``PrecisionLook/shift`` of any pictures.
    ///   - share: what may be left, of 1.
    /// - Returns: an answer with a margin below this is in doubt; 0 where none is, infinity where all are.
    package static func smallest(margins: [Float], shifts: [Float], leaving share: Double) -> Float {
        guard !margins.isEmpty, !shifts.isEmpty else { return .infinity }
        let sorted = shifts.sorted()
        let allowed = share * Double(margins.count)
        var expected = 0.0
        // From the surest picture to the most doubtful one, until too much would be left to int8.
        for margin in margins.sorted(by: >) {
            expected += Double(count(above: margin, in: sorted)) / Double(sorted.count)
            if expected > allowed { return margin.nextUp }
        }
        return 0
    }

    /// How many of the sorted numbers are larger.
    private static func count(above value: Float, in sorted: [Float]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] > value { high = middle } else { low = middle + 1 }
        }
        return sorted.count - low
    }
}
