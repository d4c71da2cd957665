import ArgumentParser
import Base
import Engine
import EngineOneDNN
import Foundation
import Networks

/// Holds the engine against reference results of other people's software.
struct ParityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parity",
        abstract: "Compares the engine with reference results; prints one JSON line a file and exits 1 beyond tolerance.",
        discussion:
            "A figure is the relative L2 error against float64. Tolerance: ten times what PyTorch's own float32 loses, at least 1e-4 (gradients: 1e-3)."
    )

    @Argument(help: "Fixture files (JSON); a file of another kind is named and skipped.")
    var fixtures: [String]

    @Option(help: "Threads of the plan.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Names so many parameters whose gradients are furthest off, on standard error.")
    var worst = 0

    func run() throws {
        var isWithin = true
        for path in fixtures {
            let url = URL(fileURLWithPath: path)
            guard let fixture = try ParityFixture.read(url) else {
                FileHandle.standardError.write(Data("\(url.lastPathComponent): not a network fixture, skipped\n".utf8))
                continue
            }
            guard let entry = try? NetworkCatalogue.entry(fixture.architecture) else {
                FileHandle.standardError.write(Data("\(url.lastPathComponent): no network \(fixture.architecture) here, skipped\n".utf8))
                isWithin = false
                continue
            }
            let result = try ParityResult(
                fixture, graph: entry.graph(classes: fixture.classes), file: url.lastPathComponent, threads: threads)
            print(try result.line())
            for error in result.parameterErrors.prefix(worst) {
                FileHandle.standardError.write(Data("  \(error.name): norm \(error.norm), first values \(error.first)\n".utf8))
            }
            isWithin = isWithin && result.passed
        }
        if !isWithin { throw ExitCode(1) }
    }
}
