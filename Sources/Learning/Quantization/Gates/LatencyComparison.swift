import Engine
import Foundation

/// Compares two plans at batch 1 under the same conditions: runs take turns, so that a change of the machine's speed meets both.
package enum LatencyComparison {
    /// - Parameter picture: one normalised picture.
    /// - Returns: median milliseconds of each plan.
    package static func medians(_ float: any InferencePlan, _ int8: any InferencePlan, picture: [Float], runs: Int) throws(EngineError) -> (
        float: Double, int8: Double
    ) {
        for _ in 0..<5 {
            _ = try milliseconds(float, picture)
            _ = try milliseconds(int8, picture)
        }
        var floatTimes: [Double] = []
        var int8Times: [Double] = []
        for run in 0..<max(runs, 1) {
            // Each goes first as often as the other: the second finds the picture in the cache.
            if run % 2 == 0 { floatTimes.append(try milliseconds(float, picture)) }
            int8Times.append(try milliseconds(int8, picture))
            if run % 2 == 1 { floatTimes.append(try milliseconds(float, picture)) }
        }
        return (median(floatTimes), median(int8Times))
    }

    package static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func milliseconds(_ plan: any InferencePlan, _ picture: [Float]) throws(EngineError) -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        let result = picture.withUnsafeBufferPointer { buffer in Result { () throws(EngineError) in try plan.run(buffer, count: 1) } }
        _ = try result.get()
        return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
    }
}
