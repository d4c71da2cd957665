import Base
import Engine
import EngineOneDNN
import Foundation
import ModelFormat
import Networks
import Quantization
import TestSupport

/// A model of random weights, float and int8, and what it answers to random pictures.
struct ExportedModel {
    static let side = 64
    static let count = 4

    let directory: ModelDirectory
    /// Normalised, `[count, 3, side, side]`.
    let pictures: [Float]
    /// `[count, classes]`, by precision.
    let logits: [Precision: [Float]]

    /// - Parameter isMixed: whether one layer in three is left in float.
    init(network: String, hasInt8: Bool, isMixed: Bool = false, in place: URL) throws {
        let graph = try NetworkCatalogue.graph(network, classes: 5)
        let parameters = ParameterSet.initial(for: graph, seed: 3)
        var random = SeededRandom(seed: 5, purpose: "pictures")
        pictures = (0..<Self.count * 3 * Self.side * Self.side).map { _ in Float(random.normal()) }
        let backend = OneDNNBackend()
        let options = PlanOptions(batch: Self.count, side: Self.side, threads: 2)
        let plan = try backend.inferencePlan(graph, parameters, options)
        var logits = [Precision.float: try Self.run(plan, pictures)]
        var quantised: QuantisedNetwork?
        if hasInt8 {
            var calibration = Calibration(method: .minmax, plan: plan)
            try calibration.observe(pictures, count: Self.count)
            let folded = try graph.folded(with: parameters)
            var network = try Quantiser.quantise(
                folded, scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
            if isMixed { network = network.leaving(Set(network.network.layers.indices.filter { $0 % 3 == 1 }), inFloat: folded) }
            logits[.int8] = try Self.run(try backend.inferencePlan(network, options), pictures)
            quantised = network
        }
        self.logits = logits
        directory = try ModelDirectory.write(
            manifest: ModelManifest(
                architecture: graph.architecture, classes: ["a", "b", "c c", "3d", "ö"], input: InputDescription(size: Self.side),
                temperature: 1.5, lineage: ModelLineage(dataset: "cells")), graph: graph, parameters: parameters, quantised: quantised,
            report: Data("{}".utf8), to: place.appendingPathComponent("model"))
    }

    private static func run(_ plan: any InferencePlan, _ pictures: [Float]) throws -> [Float] {
        try pictures.withUnsafeBufferPointer { try plan.run($0, count: count) }
    }
}
