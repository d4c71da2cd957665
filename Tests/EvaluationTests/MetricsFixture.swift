import Foundation
import TestSupport

/// `parity/metrics.json`: what scikit-learn 1.9.1 makes of made-up logits.
struct MetricsFixture: Decodable {
    struct PerClass: Decodable {
        let precision: [Double]
        let recall: [Double]
        let f1: [Double]
        let support: [Int]
    }
    struct CalibrationError: Decodable { let value: Double }
    struct Temperature: Decodable {
        let temperature: Double
        let nllAfter: Double
    }

    let labels: [Int]
    let logits: [[Float]]
    let accuracy: Double
    let balancedAccuracy: Double
    let macroF1: Double
    let weightedF1: Double
    let perClass: PerClass
    let confusion: [[Int]]
    let macroAurocOvr: Double
    let cohenKappa: Double
    let quadraticKappa: Double
    let mcc: Double
    let top2Accuracy: Double
    let logLoss: Double
    let brierMulticlass: Double
    let expectedCalibrationError: CalibrationError
    let temperatureScaling: Temperature

    /// Nil where the shared fixtures are not on this machine.
    static func load() throws -> MetricsFixture? {
        guard let url = TestSupport.sharedDirectory?.appendingPathComponent("parity/metrics.json"),
            FileManager.default.fileExists(atPath: url.path)
        else {
            print("skipped: no ../shared/parity/metrics.json on this machine")
            return nil
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(MetricsFixture.self, from: Data(contentsOf: url))
    }
}
