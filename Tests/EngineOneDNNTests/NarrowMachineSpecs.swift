import Foundation
import Testing

/// The whole suite once more as a machine with AVX2 only, where blocks are 8 channels wide and other kernels run.
@Suite("As an AVX2 machine")
struct NarrowMachineSpecs {
    private static let isChild = ProcessInfo.processInfo.environment["ALIQUOT_NARROW_CHILD"] != nil

    @Test("every operation conforms", .enabled(if: !isChild, "this is the child itself"))
    func conforms() async throws {
        // When this target's specs run on a narrower instruction set
        let result = try await SpecsInChild.run(
            filter: "EngineOneDNNTests", environment: ["ONEDNN_MAX_CPU_ISA": "AVX2", "ALIQUOT_NARROW_CHILD": "1"])
        // Then all pass, and they were many
        #expect(result.status == 0, "\(SpecsInChild.failures(in: result.text))")
        #expect(result.tests >= 15, "\(result.text.suffix(500))")
    }
}
