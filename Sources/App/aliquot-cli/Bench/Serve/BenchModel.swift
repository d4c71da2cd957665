import Base
import Engine
import EngineOneDNN
import Foundation
import Images
import ModelFormat
import Networks
import Quantization
import SamplePictures

/// A model with random weights, as fast as a trained one, and pictures for it.
struct BenchModel: Sendable {
    let graph: Graph
    let parameters: ParameterSet
    let quantised: QuantisedNetwork?
    let precision: Precision
    let side: Int

    /// - Throws: `EngineError`, what the quantiser throws.
    init(network: String, precision: Precision, side: Int) throws {
        graph = try NetworkCatalogue.graph(network, classes: 5)
        parameters = ParameterSet.initial(for: graph, seed: 0)
        self.precision = precision
        self.side = side
        guard precision == .int8 else {
            quantised = nil
            return
        }
        let backend = OneDNNBackend()
        var random = SeededRandom(seed: 0)
        let pictures = (0..<(4 * 3 * side * side)).map { _ in Float(random.normal()) }
        let plan = try backend.inferencePlan(graph, parameters, PlanOptions(batch: 4, side: side, threads: 1))
        var calibration = Calibration(method: .minmax, plan: plan)
        try calibration.observe(pictures, count: 4)
        quantised = try Quantiser.quantise(
            try graph.folded(with: parameters), scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
    }

    var manifest: ModelManifest {
        ModelManifest(
            architecture: graph.architecture, classes: (0..<5).map { "class\($0)" }, input: InputDescription(size: side),
            defaultPrecision: precision)
    }

    /// Writes it as a version of a model.
    func write(to directory: URL) throws {
        try FileManager.default.createDirectory(at: directory.deletingLastPathComponent(), withIntermediateDirectories: true)
        _ = try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("{}".utf8), to: directory)
    }

    /// A plan of one picture and one thread.
    func plan() throws -> any InferencePlan {
        let options = PlanOptions(batch: 1, side: side, threads: 1)
        if let quantised { return try OneDNNBackend().inferencePlan(quantised, options) }
        return try OneDNNBackend().inferencePlan(graph, parameters, options)
    }

    /// Drawn cells as JPEGs of some 100 KB, or those of a folder.
    static func pictures(from folder: String?) throws -> [[UInt8]] {
        guard let folder else {
            var random = SeededRandom(seed: 1)
            return try (0..<8).map { number in
                let kind = CellClass.allCases[number % CellClass.allCases.count]
                let drawn = CellPicture.draw(kind, side: 1024, random: &random)
                return try ImageEncoder.jpeg(drawn.image, quality: drawn.jpegQuality)
            }
        }
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let names = (FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? [])
            .filter { ["jpg", "jpeg", "png"].contains(($0 as NSString).pathExtension.lowercased()) }.sorted().prefix(64)
        return try names.map { Array(try Data(contentsOf: root.appendingPathComponent($0))) }
    }
}
