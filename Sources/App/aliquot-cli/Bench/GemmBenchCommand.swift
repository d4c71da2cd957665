import ArgumentParser
import EngineOneDNN
import Foundation

/// The rate of one large matrix multiplication: what a network's convolutions can reach at most on this machine.
struct GemmBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "gemm", abstract: "Measures a float matrix multiplication in GFLOP/s.")

    @Option(help: "Rows and columns of the matrices.")
    var side = 1536
    @Option(help: "Threads.")
    var threads = 2
    @Option(help: "Repetitions; the best counts.")
    var repeats = 20

    func validate() throws {
        guard (64...16_384).contains(side) else { throw ValidationError("--side is 64 to 16384, got \(side)") }
        guard (1...256).contains(threads) else { throw ValidationError("--threads is 1 to 256, got \(threads)") }
        guard (1...1000).contains(repeats) else { throw ValidationError("--repeats is 1 to 1000, got \(repeats)") }
    }

    func run() throws {
        let rate = try GemmRate.measured(side: side, threads: threads, repeats: repeats)
        print(String(format: "{\"work\":\"gemm\",\"side\":%d,\"threads\":%d,\"gflops\":%.1f}", side, threads, rate))
    }
}
