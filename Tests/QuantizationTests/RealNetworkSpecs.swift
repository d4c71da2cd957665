import Engine
import EngineOneDNN
import Evaluation
import Foundation
import Images
import Inference
import ModelFormat
import Networks
import Quantization
import TestSupport
import Testing

/// `mobilenet_v2` with published weights on real pictures, the whole way: weights, calibration, both gates, model directory, predictor.
@Suite("A real network in int8", .serialized)
struct RealNetworkSpecs {
    /// Pictures a class; an unoptimised build decodes slowly.
    #if DEBUG
        private let perClass = 3
    #else
        private let perClass = 40
    #endif
    private let input = InputDescription(size: 160)

    private struct Material {
        let graph: Graph
        let parameters: ParameterSet
        let pictures: [(file: URL, numbers: [Float])]
    }

    /// Nil, and a line that says so, where the fixtures are absent.
    private func material() async throws -> Material? {
        guard let weights = TestSupport.shared("weights/mobilenet_v2.safetensors"),
            let archive = TestSupport.shared("data/apple_leaf.tar.gz")
        else {
            print("skipped: weights/mobilenet_v2.safetensors or data/apple_leaf.tar.gz is absent from ../shared")
            return nil
        }
        let graph = try NetworkCatalogue.graph("mobilenet_v2", classes: 1000)
        let parameters = try PretrainedWeights.load(weights, for: graph, into: ParameterSet.initial(for: graph, seed: 0))
        let directory = try TestSupport.temporaryDirectory()
        let tar = try await ChildProcess.run(
            URL(fileURLWithPath: "/usr/bin/tar"), ["-xzf", archive.path, "-C", directory.path, "apple_leaf/test"])
        #expect(tar.status == 0)
        let test = directory.appendingPathComponent("apple_leaf/test")
        let preparation = try PicturePreparation(input)
        var pictures: [(URL, [Float])] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: test.path).sorted() {
            let folder = test.appendingPathComponent(name)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().prefix(perClass) {
                let url = folder.appendingPathComponent(file)
                pictures.append((url, try preparation.numbers(of: [UInt8](Data(contentsOf: url)))))
            }
        }
        return Material(graph: graph, parameters: parameters, pictures: pictures)
    }

    @Test("int8 agrees with float, is a quarter of its size, and the predictor answers with either")
    func servesBoth() async throws {
        guard let material = try await material() else { return }
        let backend = OneDNNBackend()
        // Given pictures labelled by the float network itself, half of them for calibration
        let plan = try backend.inferencePlan(material.graph, material.parameters, PlanOptions(batch: 1, side: input.size, threads: 2))
        let floatLogits = try material.pictures.map { picture in try picture.numbers.withUnsafeBufferPointer { try plan.run($0, count: 1) }
        }
        let labels = floatLogits.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        func source(_ indices: [Int]) -> QuantisationPictures {
            { visit in
                for start in stride(from: 0, to: indices.count, by: 8) {
                    let part = indices[start..<min(start + 8, indices.count)]
                    try visit(QuantisationBatch(pictures: part.flatMap { material.pictures[$0].numbers }, labels: part.map { labels[$0] }))
                }
            }
        }
        var manifest = ModelManifest(architecture: "mobilenet_v2", classes: (0..<1000).map { "c\($0)" }, input: input)
        // 1000 classes of which few occur: macro-F1 falls with each disagreement and most leaves look like several, so the gates are opened and agreement is held to instead
        var options = QuantisationOptions(maxDrop: 1, batch: 8, threads: 1, latencyRuns: 31)
        options.maxDoubt = 1
        let quantisation = QuantisationCascade(
            graph: material.graph, parameters: material.parameters, manifest: manifest, backend: backend,
            options: options)
        // When it is quantised
        let indices = Array(material.pictures.indices)
        let outcome = try quantisation.run(
            .init(calibration: source(indices.filter { $0 % 2 == 0 }), validation: source(indices.filter { $0 % 2 == 1 })))
        let network = try #require(outcome.network)
        let int8 = try backend.inferencePlan(network, PlanOptions(batch: 1, side: input.size, threads: 2))
        var (difference, size) = (0.0, 0.0)
        for (picture, row) in zip(material.pictures, floatLogits) {
            let got = try picture.numbers.withUnsafeBufferPointer { try int8.run($0, count: 1) }
            for (a, b) in zip(got, row) {
                difference += Double((a - b) * (a - b))
                size += Double(b * b)
            }
        }
        let error = (difference / size).squareRoot()
        let report = outcome.report
        print(
            "mobilenet_v2 at \(input.size), \(indices.count) pictures: relative error of the logits \(error), top-1 of 1000 agreement \(report.agreement ?? 0), "
                + "\(report.reasons), bytes \(report.floatBytes) and \(report.int8Bytes ?? 0)")
        // Then its logits and decisions are nearly those of float
        #expect(error < 0.25)
        #if !DEBUG
            #expect(try #require(report.agreement) >= 0.8)
        #endif
        #expect(try #require(report.int8Bytes) * 3 < report.floatBytes)

        // And from disk, through the predictor, both precisions answer with what their plans say
        manifest.defaultPrecision = .int8
        let model = try ModelDirectory.write(
            manifest: manifest, graph: material.graph, parameters: material.parameters, quantised: network,
            report: JSONEncoder().encode(report),
            to: TestSupport.temporaryDirectory().appendingPathComponent("1"))
        let predictor = try Predictor(model: model, backend: backend, lanes: 1, threadsPerLane: 1)
        for index in indices.prefix(4) {
            let picture = [UInt8](try Data(contentsOf: material.pictures[index].file))
            let float = try await predictor.classify(picture, .init(topK: 1, precision: .float))
            #expect(float.predictions.first?.label == "c\(labels[index])")
            let quantised = try await predictor.classify(picture, .init(topK: 1000))
            let logits = try material.pictures[index].numbers.withUnsafeBufferPointer { try int8.run($0, count: 1) }
            let expected = Ranking.top(1, of: Softmax.probabilities(logits, temperature: 1), labels: manifest.classes)[0]
            #expect(quantised.precision == .int8)
            #expect(quantised.predictions.first?.label == expected.label)
            #expect(abs((quantised.predictions.first?.probability ?? 0) - expected.probability) < 1e-6)
            print("float \(float.timing) int8 \(quantised.timing)")
        }
        predictor.shutdown()
        await predictor.drained()
    }

    @Test("a mobilenet_v2 of four classes fits in 4.5 MB in int8")
    func isSmall() throws {
        let graph = try NetworkCatalogue.graph("mobilenet_v2", classes: 4)
        let parameters = ParameterSet.initial(for: graph, seed: 1)
        let folded = try graph.folded(with: parameters)
        let scales = folded.network.layers.map { _ in ActivationScale(scale: 0.1, isSigned: true) }
        let network = try Quantiser.quantise(folded, scales: scales)
        let model = QuantisedModel(network: network, classes: ["a", "b", "c", "d"], input: input, temperature: 1)
        let bytes = try model.encode().count
        print(
            "mobilenet_v2, 4 classes: int8.safetensors \(bytes) bytes, float.safetensors \(try FloatFile.encode(parameters, graph: graph).count)"
        )
        #expect(bytes < 4_500_000)
    }
}
