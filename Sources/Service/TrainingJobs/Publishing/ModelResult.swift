import Base
import Engine
import Foundation
import Jobs
import ModelFormat

/// What a job that makes a model leaves in `result/`: the model, its report, and the report as a page.
struct ModelResult {
    let manifest: ModelManifest
    let network: FloatNetwork
    let quantised: QuantisedNetwork?
    let report: any Encodable
    let page: HTML

    /// Replaces what an attempt that died here has left: it is not complete, because `done.json` is missing.
    func write(to files: JobFiles) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(report)
        if FileManager.default.fileExists(atPath: files.result.path) { try FileManager.default.removeItem(at: files.result) }
        try FileManager.default.createDirectory(at: files.result, withIntermediateDirectories: true)
        try ModelDirectory.write(
            manifest: manifest, graph: network.graph, parameters: network.parameters, quantised: quantised, report: data,
            to: files.result.appendingPathComponent("model", isDirectory: true))
        try AtomicFile.write(Data(page.text.utf8), to: files.reportPage)
        try AtomicFile.write(data, to: files.report)
    }
}
