import COneDNN
import Engine
import Foundation

/// What the machine's matrix multiplication reaches: the roof that every network is held against.
package enum GemmRate {
    /// The best of `repeats` multiplications of two float matrices of `side` × `side`, in GFLOP/s.
    package static func measured(side: Int, threads: Int, repeats: Int) throws(EngineError) -> Double {
        let runtime = try Runtime(threads: threads)
        let bytes = side * side * 4
        let a = try FlatMemory(bytes: bytes), b = try FlatMemory(bytes: bytes), c = try FlatMemory(bytes: bytes)
        let (left, right) = (a.address.assumingMemoryBound(to: Float.self), b.address.assumingMemoryBound(to: Float.self))
        for index in 0..<side * side {
            left[index] = Float(index % 17) / 17 - 0.5
            right[index] = Float(index % 23) / 23 - 0.5
        }
        let n = Int64(side)
        runtime.adoptThreads()
        var best = Double.infinity
        for round in 0...max(1, repeats) {
            let start = DispatchTime.now().uptimeNanoseconds
            // 78 is 'N': neither matrix is transposed.
            try check(dnnl_sgemm(78, 78, n, n, n, 1, left, n, right, n, 0, c.address.assumingMemoryBound(to: Float.self), n), "dnnl_sgemm")
            if round > 0 { best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start)) }
        }
        return 2 * Double(side) * Double(side) * Double(side) / best
    }
}
