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
        discussion: """
            Network, salt, size, classes and labels are the fixture's own. A figure is the relative L2 error against float64. Tolerance: ten times what \
            PyTorch's own float32 loses, at least 1e-4 (gradients: 1e-3, their first values: 1e-2; the loss after a step: a hundred times the gradients' loss, 1e-3 to 0.5). \
            Tests/References/make_parity.py makes more fixtures.
            """)

    @Argument(help: "Fixture files (JSON), or folders of them; a file of another kind is named and skipped.")
    var fixtures: [String]

    @Option(help: "Only fixtures of this network.")
    var network: String?

    @Option(help: "Only fixtures filled with this salt (the seed of their numbers; '' for none).")
    var salt: String?

    @Option(help: "Only fixtures with pictures of this side.")
    var size: Int?

    @Option(help: "Only fixtures with so many classes.")
    var classes: Int?

    @Option(help: "Threads of the plan.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Names so many parameters whose gradients are furthest off, on standard error.")
    var worst = 0

    func validate() throws {
        guard (1...256).contains(threads) else { throw ValidationError("--threads is 1 to 256, got \(threads)") }
        guard worst >= 0 else { throw ValidationError("--worst is 0 or more, got \(worst)") }
    }

    func run() throws {
        let selection = ParityFixture.Selection(network: network, salt: salt, size: size, classes: classes)
        var passed = 0, failed = 0
        for url in try ParityFixture.files(fixtures) {
            guard let fixture = try ParityFixture.read(url) else {
                note("\(url.lastPathComponent): not a network fixture, skipped")
                continue
            }
            guard selection.admits(fixture) else {
                note("\(url.lastPathComponent): not asked for, skipped")
                continue
            }
            guard let entry = try? NetworkCatalogue.entry(fixture.architecture) else {
                note("\(url.lastPathComponent): no network \(fixture.architecture) here")
                failed += 1
                continue
            }
            do {
                let result = try ParityResult(
                    fixture, graph: entry.graph(classes: fixture.classes), file: url.lastPathComponent, threads: threads)
                print(try result.line())
                for error in result.parameterErrors.prefix(worst) {
                    note("  \(error.name): norm \(error.norm), first values \(error.first)")
                }
                if result.passed { passed += 1 } else { failed += 1 }
            } catch let error as EngineError {
                // One network that cannot be compiled must not hide the figures of the others.
                note("\(url.lastPathComponent): \(error)")
                failed += 1
            }
        }
        note("\(passed) within tolerance, \(failed) not")
        if failed > 0 || passed == 0 { throw ExitCode(1) }
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
