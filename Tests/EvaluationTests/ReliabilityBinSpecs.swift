import Testing

@testable import Evaluation

@Suite("The calibration plot's data")
struct ReliabilityBinSpecs {
    @Test("a picture falls into the bin (low, high] of its confidence, and the bins' gaps make the calibration error")
    func bins() throws {
        // Given four answers: two at 0.5 (one right), one at 0.8 (right), one at 1 (wrong)
        let rows: [[Double]] = [[0.5, 0.5], [0.5, 0.5], [0.2, 0.8], [1, 0]]
        let labels = [0, 1, 1, 1]
        // When they are put into four bins
        let bins = ReliabilityBin.bins(rows, labels: labels, count: 4)
        // Then 0.5 stands in (0.25, 0.5] and both others in (0.75, 1]
        #expect(bins.map(\.samples) == [0, 2, 0, 2])
        #expect(bins[1].confidence == 0.5 && bins[1].accuracy == 0.5)
        #expect(abs(bins[3].confidence - 0.9) < 1e-12 && bins[3].accuracy == 0.5)
        // And the error is (2 · 0 + 2 · |0.9 - 0.5|) / 4
        #expect(abs(ProbabilityMeasures.expectedCalibrationError(rows, labels: labels, bins: 4) - 0.2) < 1e-12)
    }
}
