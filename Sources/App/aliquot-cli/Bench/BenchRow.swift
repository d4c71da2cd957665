import Engine
import Foundation

/// One figure: a line of JSON with the keys that the peers' figures have.
struct BenchRow: Encodable {
    var peer: String
    var work: String
    var precision: String?
    var network: String
    var batch: Int
    var size: Int
    var threads: Int
    /// Plans that ran side by side.
    var plans: Int
    var medianMs: Double
    var minMs: Double
    /// Processor time of one pass, all threads together; unlike the wall clock's it barely grows when others use the machine too.
    var cpuMs: Double?
    var imagesPerSecond: Double
    /// Useful operations in 10⁹ a second: two for each multiply-add of the network, three times as many in a training step. To be held against `bench gemm`.
    var gflops: Double
    /// Bytes of the weights in a file, for inference.
    var bytes: Int?
    /// Bytes of the arena that holds activations.
    var activationBytes: Int
    /// What making the plan took.
    var creationMs: Double?
    /// The most memory that the process ever held (`VmHWM`).
    var peakResidentBytes: Int?

    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// The largest resident set of this process so far; nil where the system does not tell.
func peakResidentBytes() -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(separator: " ").compactMap({ Int($0) }).first
    else { return nil }
    return kilobytes * 1024
}

/// Processor time of this process so far in milliseconds, all threads together.
func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

/// Milliseconds of one pass.
struct BenchTimes {
    let median: Double
    let shortest: Double
    /// The median of the processor time, all threads together; nil where several plans shared it.
    let processor: Double?

    init(_ times: [Double], processor: [Double] = []) {
        let sorted = times.sorted()
        median = sorted[sorted.count / 2]
        shortest = sorted[0]
        self.processor = processor.isEmpty ? nil : processor.sorted()[processor.count / 2]
    }
}

/// Runs `step` twice to warm up, then `repeats` times.
func timed(repeats: Int, _ step: () throws -> Void) rethrows -> BenchTimes {
    for _ in 0..<2 { try step() }
    var times: [Double] = []
    var processor: [Double] = []
    for _ in 0..<repeats {
        let start = DispatchTime.now().uptimeNanoseconds, used = processorMilliseconds()
        try step()
        processor.append(processorMilliseconds() - used)
        times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
    return BenchTimes(times, processor: processor)
}

/// A table of primitives, slowest first, and the sums by implementation.
func explanation(of timings: [PrimitiveTiming]) -> String {
    var lines = ["milliseconds  GFLOP/s  implementation             kind                          node"]
    func row(_ milliseconds: Double, _ gflops: Double, _ implementation: String, _ kind: String, _ node: String) -> String {
        let number = String(format: "%12.3f %8.1f", milliseconds, gflops)
        return
            "\(number)  \(implementation.padding(toLength: 26, withPad: " ", startingAt: 0)) \(kind.padding(toLength: 29, withPad: " ", startingAt: 0)) \(node)"
    }
    for timing in timings { lines.append(row(timing.milliseconds, timing.gflops, timing.implementation, timing.kind, timing.node)) }
    lines.append("sum by kind and implementation")
    var sums: [String: (milliseconds: Double, flop: Double, first: PrimitiveTiming)] = [:]
    for timing in timings {
        let key = "\(timing.kind) \(timing.implementation)"
        let sum = sums[key] ?? (0, 0, timing)
        sums[key] = (sum.milliseconds + timing.milliseconds, sum.flop + timing.gflops * timing.milliseconds, timing)
    }
    for sum in sums.values.sorted(by: { $0.milliseconds > $1.milliseconds }) {
        lines.append(
            row(sum.milliseconds, sum.milliseconds > 0 ? sum.flop / sum.milliseconds : 0, sum.first.implementation, sum.first.kind, ""))
    }
    lines.append(row(timings.reduce(0) { $0 + $1.milliseconds }, 0, "", "all", ""))
    return lines.joined(separator: "\n")
}
