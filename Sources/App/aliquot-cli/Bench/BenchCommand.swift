import ArgumentParser

/// Times the engine on its own, with the keys of other peers' figures, so that both can be held side by side.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Times training steps, forward passes and the service.",
        subcommands: [TrainBenchCommand.self, InferBenchCommand.self, GemmBenchCommand.self, ServeBenchCommand.self])
}

/// What every benchmark is asked for.
struct BenchOptions: ParsableArguments {
    @Option(help: "Network, see GET /v1/networks.")
    var network = "mobilenet_v2"
    @Option(help: "Pictures in a batch.")
    var batch = 16
    @Option(help: "Side of the pictures in pixels.")
    var size = 224
    @Option(help: "Threads of the plan.")
    var threads = 2
    @Option(help: "Plans of so many threads each that run side by side, each on a thread of its own.")
    var plans = 1
    @Option(help: "Timed repetitions.")
    var repeats = 10
    @Flag(help: "List every primitive with its implementation, milliseconds and GFLOP/s.")
    var explain = false

    func validate() throws {
        guard (1...1024).contains(batch) else { throw ValidationError("--batch is 1 to 1024, got \(batch)") }
        guard (32...1024).contains(size) else { throw ValidationError("--size is 32 to 1024, got \(size)") }
        guard (1...256).contains(threads) else { throw ValidationError("--threads is 1 to 256, got \(threads)") }
        guard (1...64).contains(plans) else { throw ValidationError("--plans is 1 to 64, got \(plans)") }
        guard (1...10_000).contains(repeats) else { throw ValidationError("--repeats is 1 to 10000, got \(repeats)") }
    }
}
