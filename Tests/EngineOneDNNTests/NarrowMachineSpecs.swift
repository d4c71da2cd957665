import Foundation
import TestSupport
import Testing

/// The whole suite once more as a machine with AVX2 only, where blocks are 8 channels wide and other kernels run.
@Suite("As an AVX2 machine")
struct NarrowMachineSpecs {
    private static let isChild = ProcessInfo.processInfo.environment["ALIQUOT_NARROW_CHILD"] != nil

    @Test("every operation conforms", .enabled(if: !isChild, "this is the child itself"))
    func conforms() async throws {
        // Given this very program with its arguments, but for the filter
        let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/cmdline"))
        var arguments = line.split(separator: 0).dropFirst().map { String(decoding: $0, as: UTF8.self) }
        for option in ["--filter", "--skip", "--xunit-output", "--event-stream-output-path", "--configuration-path"] {
            while let place = arguments.firstIndex(of: option) { arguments.removeSubrange(place...min(place + 1, arguments.count - 1)) }
        }
        let program = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        // When it runs this target's specs on a narrower instruction set
        let result = try await ChildProcess.run(
            program, arguments + ["--filter", "EngineOneDNNTests"],
            environment: ["ONEDNN_MAX_CPU_ISA": "AVX2", "ALIQUOT_NARROW_CHILD": "1"], timeout: .seconds(900))
        // Then all pass, and they were many
        let output = result.output.suffix(20_000) + result.errors.suffix(20_000)
        let text = String(decoding: output, as: UTF8.self)
        let failures = text.split(separator: "\n").filter { $0.contains("✘") || $0.contains("recorded an issue") }
        #expect(result.status == 0, "\(failures.prefix(30).joined(separator: "\n"))")
        // "✔ Test run with 18 tests in 5 suites passed after 4.1 seconds."
        let count = text.split(separator: "Test run with ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        #expect(count >= 15, "\(text.suffix(500))")
    }
}
