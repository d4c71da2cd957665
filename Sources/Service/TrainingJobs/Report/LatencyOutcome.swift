import Dispatch
import Engine
import Foundation
import Quantization

/// How fast the model answers on this machine, without decoding. Source: learning.md, section 8.
struct LatencyOutcome: Sendable, Codable, Equatable {
    /// One picture, milliseconds.
    struct OnePicture: Sendable, Codable, Equatable {
        let threads: Int
        let median: Double
        let p95: Double
        let runs: Int

        private enum CodingKeys: String, CodingKey {
            case threads, runs
            case median = "median_ms"
            case p95 = "p95_ms"
        }
    }

    let oneThread: OnePicture
    let allThreads: OnePicture
    /// With all threads.
    let imagesPerSecondOfBatch16: Double
    /// Bytes that the activations of one picture take.
    let activationBytes: Int

    private enum CodingKeys: String, CodingKey {
        case oneThread = "one_thread"
        case allThreads = "all_threads"
        case imagesPerSecondOfBatch16 = "images_per_s_batch_16"
        case activationBytes = "activation_bytes"
    }

    /// Runs of each setting: as many as a second allows, within these.
    private static let runs = 3...30
    private static let seconds = 1.0

    /// - Parameters:
    ///   - side: of the pictures, pixels.
    ///   - threads: of the job.
    ///   - check: asked before each plan runs; what it throws ends the measurement.
    ///   - plan: compiles the network.
    init(side: Int, threads: Int, check: () throws -> Void, plan: (PlanOptions) throws -> any InferencePlan) throws {
        let picture = [Float](repeating: 0, count: 3 * side * side)
        func times(_ plan: any InferencePlan, batch: Int) throws -> [Double] {
            let pictures = batch == 1 ? picture : [Float](repeating: 0, count: batch * picture.count)
            func run() throws -> Double {
                let start = DispatchTime.now().uptimeNanoseconds
                _ = try pictures.withUnsafeBufferPointer { try plan.run($0, count: batch) }
                return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
            }
            try check()
            _ = try run()  // the first one of a plan is slower
            var found: [Double] = []
            while found.count < Self.runs.lowerBound || (found.count < Self.runs.upperBound && found.reduce(0, +) < Self.seconds * 1000) {
                found.append(try run())
            }
            return found.sorted()
        }
        func onePicture(_ plan: any InferencePlan, threads: Int) throws -> OnePicture {
            let found = try times(plan, batch: 1)
            let last = min(found.count - 1, Int((0.95 * Double(found.count)).rounded(.up)) - 1)
            return OnePicture(threads: threads, median: LatencyComparison.median(found), p95: found[max(0, last)], runs: found.count)
        }
        let single = try plan(PlanOptions(batch: 1, side: side, threads: 1))
        activationBytes = single.activationBytes
        oneThread = try onePicture(single, threads: 1)
        allThreads =
            threads == 1 ? oneThread : try onePicture(try plan(PlanOptions(batch: 1, side: side, threads: threads)), threads: threads)
        let median = LatencyComparison.median(try times(try plan(PlanOptions(batch: 16, side: side, threads: threads)), batch: 16))
        imagesPerSecondOfBatch16 = 16_000 / max(median, .leastNormalMagnitude)
    }
}
