import Base
import Engine
import Foundation

extension ModelDirectory {
    /// Writes a model aside, makes it durable and renames it to `url`: it is wholly there or not at all.
    ///
    /// - Parameters:
    ///   - manifest: `precisions` and `files` are filled in here; `defaultPrecision` must be one that there is.
    ///   - quantised: the int8 form, if there is one.
    ///   - report: a JSON document.
    ///   - url: must not exist; its parent must.
    /// - Returns: the model as it now stands on disk.
    /// - Throws: ``ModelFormatError``; nothing is left behind.
    @discardableResult
    package static func write(
        manifest: ModelManifest, graph: Graph, parameters: ParameterSet, quantised: QuantisedNetwork?, report: Data, to url: URL
    )
        throws(ModelFormatError) -> ModelDirectory
    {
        var manifest = manifest
        manifest.precisions = quantised == nil ? [.float] : [.float, .int8]
        try manifest.validate()
        try checkBelongsTogether(manifest, graph, quantised)

        var files: [(String, Data)] = [
            (graphName, try JSONDocument.encode(graph, graphName)), (floatName, try FloatFile.encode(parameters, graph: graph)),
            (reportName, report),
        ]
        if let quantised {
            let model = QuantisedModel(
                network: quantised, classes: manifest.classes, input: manifest.input, temperature: manifest.temperature)
            files.append((int8Name, try model.encode()))
        }
        manifest.files = Dictionary(
            uniqueKeysWithValues: files.map { ($0.0, ModelManifest.FileRecord(bytes: $0.1.count, sha256: SHA256Digest(of: $0.1))) })
        files.append((manifestName, try JSONDocument.encode(manifest, manifestName, pretty: true)))

        // rename(2) would put the new directory over an empty old one.
        guard !FileManager.default.fileExists(atPath: url.path) else { throw .alreadyExists(url.path) }
        let aside = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(ULID.now()).tmp", isDirectory: true)
        do {
            guard mkdir(aside.path, 0o755) == 0 else { throw SystemError(call: "mkdir", subject: aside.path) }
            for (name, data) in files { try AtomicFile.write(data, to: aside.appendingPathComponent(name)) }
            try AtomicFile.sync(directory: aside)
            guard rename(aside.path, url.path) == 0 else { throw SystemError(call: "rename", subject: url.path) }
            try AtomicFile.sync(directory: url.deletingLastPathComponent())
        } catch {
            try? FileManager.default.removeItem(at: aside)  // the first error is the one to report
            if let error = error as? SystemError { throw .file(error) }
            throw .malformedDocument(file: url.path, detail: "\(error)")
        }
        return try ModelDirectory(opening: url)
    }

    private static func checkBelongsTogether(_ manifest: ModelManifest, _ graph: Graph, _ quantised: QuantisedNetwork?)
        throws(ModelFormatError)
    {
        var faults: [String] = []
        if graph.architecture != manifest.architecture {
            faults.append("the graph is a \(graph.architecture), the manifest says \(manifest.architecture)")
        }
        if graph.classes != manifest.classes.count {
            faults.append("the graph has \(graph.classes) classes, the manifest \(manifest.classes.count)")
        }
        if let network = quantised?.network, network.classes != graph.classes || network.architecture != graph.architecture {
            faults.append("the int8 network is a \(network.architecture) with \(network.classes) classes")
        }
        guard faults.isEmpty else { throw .invalidManifest(faults) }
    }
}
