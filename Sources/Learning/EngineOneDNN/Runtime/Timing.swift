import Engine
import Foundation

/// Runs the operations in order, `repeats` times over after a warm-up, and returns each one's median time.
func timings(of operations: [any PlanOperation], _ runtime: Runtime, repeats: Int) throws(EngineError) -> [PrimitiveTiming] {
    var samples = [[Double]](repeating: [], count: operations.count)
    for round in 0...max(1, repeats) {
        for (index, operation) in operations.enumerated() {
            let start = DispatchTime.now().uptimeNanoseconds
            try operation.run(runtime)
            if round > 0 { samples[index].append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6) }
        }
    }
    return zip(operations, samples).map { operation, times in
        let median = times.sorted()[times.count / 2]
        return PrimitiveTiming(
            node: operation.node, kind: operation.kind, implementation: operation.implementation, milliseconds: median,
            gflops: median > 0 ? operation.flops / median / 1e6 : 0)
    }
}
