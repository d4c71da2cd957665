import Base
import Engine
import EngineOneDNN
import Foundation
import Inference
import ModelFormat
import Networks
import TestSupport
import Testing

/// Published weights, the whole way: file, names, decoding, resizing, normalising, float network.
@Suite("Real weights", .serialized)
struct RealWeightsSpecs {
    static let networks = ["mobilenet_v2", "mobilenetv1_100", "squeezenet1_0"]

    /// Nil, and a line that says so, where the fixture is absent.
    private func shared(_ path: String) -> URL? {
        guard let url = TestSupport.shared(path) else {
            print("skipped: ../shared/\(path) is absent")
            return nil
        }
        return url
    }

    private func plan(_ network: String, _ file: URL) throws -> any FloatInferencePlan {
        let graph = try NetworkCatalogue.graph(network, classes: 1000)
        let loaded = try PretrainedWeights.loadReporting(file, for: graph, into: ParameterSet.initial(for: graph, seed: 1))
        #expect(loaded.headWasLoaded)
        return try OneDNNBackend().inferencePlan(graph, loaded.parameters, PlanOptions(batch: 1, side: 224, threads: 1))
    }

    @Test("for the same input PyTorch's logits come out, within 1e-4", arguments: networks)
    func equalsPyTorch(network: String) throws {
        guard let file = shared("weights/\(network).safetensors") else { return }
        // Given the input of Tests/References/make_real_logits.py, and PyTorch's logits for it in float64
        let reference = TestSupport.projectDirectory.appendingPathComponent("Tests/References/real_logits.json")
        let text = try #require(try JSONDecoder().decode([String: String].self, from: Data(contentsOf: reference))[network])
        let expected = try StoredTensor(elementType: .float32, shape: [1000], bytes: #require(Data(base64Encoded: text))).floats().values
        var random = SeededRandom(seed: 0xD828_32D7)  // CRC-32 of "input"
        let input = (0..<(3 * 224 * 224)).map { _ in Float(2 * random.uniform() - 1) }
        // When the network answers
        let logits = try input.withUnsafeBufferPointer { try plan(network, file).run($0, count: 1) }
        // Then the relative L2 error is that of float32
        let error = Self.relative(logits.map { Double($0) }, expected.map { Double($0) })
        print("\(network): relative L2 error of the logits for an identical input \(error)")
        #expect(error < 1e-4)
    }

    @Test("for real pictures the top five are PyTorch's and the logits within 1 %", arguments: networks)
    func answersAsPyTorch(network: String) async throws {
        guard let file = shared("weights/\(network).safetensors"), let checks = shared("weights/checks.json") else { return }
        let pictures = try #require(try JSONDecoder().decode(CheckFile.self, from: Data(contentsOf: checks)).networks[network])
        let plan = try plan(network, file)
        let preparation = try PicturePreparation(InputDescription(size: 224))
        let directory = try TestSupport.temporaryDirectory()
        var worst = 0.0
        for (archive, members) in Dictionary(grouping: pictures, by: \.archive).sorted(by: { $0.key < $1.key }) {
            guard let packed = shared("data/\(archive)") else { continue }
            let tar = try await ChildProcess.run(
                URL(fileURLWithPath: "/usr/bin/tar"), ["-xzf", packed.path, "-C", directory.path] + members.map(\.member))
            #expect(tar.status == 0)
            for picture in members {
                // Given a picture as a client would send it, when it goes the way of the service
                let numbers = try preparation.numbers(of: [UInt8](Data(contentsOf: directory.appendingPathComponent(picture.member))))
                let logits = try numbers.withUnsafeBufferPointer { try plan.run($0, count: 1) }.map { Double($0) }
                // Then the order of the first five is PyTorch's, and so are the logits that are known
                let top = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(5)
                #expect(Array(top) == picture.top5, "\(network), \(picture.member)")
                let got = picture.top5.map { logits[$0] } + logits.prefix(picture.logitsFirst.count)
                let error = Self.relative(got, picture.top5Logits + picture.logitsFirst)
                let length = logits.reduce(0) { $0 + $1 * $1 }.squareRoot()
                worst = max(worst, error, abs(length / picture.logitsL2 - 1))
                #expect(error < 0.01, "\(network), \(picture.member)")
                #expect(abs(length / picture.logitsL2 - 1) < 0.01, "\(network), \(picture.member)")
            }
        }
        print("\(network): \(pictures.count) pictures, worst relative error of the logits \(worst)")
    }

    private static func relative(_ got: [Double], _ expected: [Double]) -> Double {
        let difference = zip(got, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
}
