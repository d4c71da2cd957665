import Engine
import EngineOneDNN
import Foundation
import Networks
import TestSupport
import Testing

@Suite("A training step")
struct AllocationSpecs {
    private static let isChild = AllocationCounter.count != nil

    @Test(
        "allocates nothing but the logits that it returns", .enabled(if: !isChild, "this is the child itself"),
        .disabled(if: AllocationCounter.isTaken, "AddressSanitizer allocates in its own way"),
        .enabled(if: AllocationCounter.compiler != nil, "there is no C compiler in PATH to make the counter with"))
    func allocatesNothing() async throws {
        // Given a child whose allocations are counted
        let compiler = try #require(AllocationCounter.compiler)
        let folder = try TestSupport.temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: folder) }
        let library = try await AllocationCounter.library(with: compiler, in: folder)
        // When it makes steps and counts (below), then it finds what this suite claims
        let result = try await SpecsInChild.run(filter: "AllocationSpecs", environment: ["LD_PRELOAD": library.path])
        #expect(result.status == 0, "\(SpecsInChild.failures(in: result.text))")
        #expect(result.tests > 0 && result.text.contains("counted in the child"), "\(result.text.suffix(500))")
    }

    @Test(
        "counted in the child", .enabled(if: isChild, "allocations are not counted here"),
        arguments: ["mobilenetv3_large_100", "shufflenet_v2_x1_0", "mixnet_s", "squeezenet1_1", "resnet18"])
    func counted(network: String) throws {
        // Given a plan that has made a step
        let graph = try NetworkCatalogue.graph(network, classes: 5)
        let plan = try OneDNNBackend().trainingPlan(graph, PlanOptions(batch: 4, side: 64, threads: 2))
        try plan.load(ParameterSet.initial(for: graph, seed: 1))
        let pictures = numbers(4 * 3 * 64 * 64, seed: 2), slope = numbers(4 * 5, seed: 3)
        let update = OptimiserStep(
            optimiser: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01), bodyRate: 1e-3, headRate: 1e-3)
        let count = try #require(AllocationCounter.count)
        func allocations(_ part: () throws -> Void) rethrows -> UInt {
            let before = count(0)
            try part()
            return count(0) - before
        }
        // When it makes more (other threads of this program may allocate now and then, so the least of several counts)
        var least: [UInt] = [.max, .max, .max]
        for _ in 0..<5 {
            let forward = try allocations { _ = try pictures.withUnsafeBufferPointer { try plan.forward($0, seed: 1) } }
            let backward = try allocations { try plan.backward(slope, headOnly: false) }
            let optimiser = try allocations { try plan.update(update) }
            least = zip(least, [forward, backward, optimiser]).map { min($0, $1) }
        }
        // Then the forward pass allocates one array, the others nothing
        #expect(least == [1, 0, 0])
    }
}
