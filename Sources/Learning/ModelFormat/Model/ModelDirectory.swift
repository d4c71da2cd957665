import Base
import Engine
import Foundation

/// One immutable model on disk, complete by itself.
///
/// Files: `manifest.json` (what the rest is), `graph.json`, `float.safetensors` (state-dictionary names, F32), `int8.safetensors` (only where there is an int8 form;
/// itself complete), `report.json`. The manifest holds size and SHA-256 of every other file: sizes are compared on opening, digests whenever a file is read.
package struct ModelDirectory: Sendable {
    package static let manifestName = "manifest.json"
    package static let graphName = "graph.json"
    package static let floatName = "float.safetensors"
    package static let int8Name = "int8.safetensors"
    package static let reportName = "report.json"
    /// The longest JSON document that is read.
    static let documentLimit = 16 << 20

    package let url: URL
    package let manifest: ModelManifest

    /// Reads and checks the manifest, and that every file is there with its size.
    /// - Throws: ``ModelFormatError``.
    package init(opening url: URL) throws(ModelFormatError) {
        self.url = url
        let data = try BoundedFile.read(url.appendingPathComponent(Self.manifestName), limit: Self.documentLimit)
        manifest = try JSONDocument.decode(ModelManifest.self, data, Self.manifestName)
        try manifest.validate()
        var needed = [Self.graphName, Self.floatName, Self.reportName]
        if manifest.precisions.contains(.int8) { needed.append(Self.int8Name) }
        for name in needed where manifest.files[name] == nil { throw .missingFile(name) }
        for name in manifest.files.keys where !Self.names.contains(name) { throw .invalidManifest(["\(name) is not a file of a model"]) }
        for (name, record) in manifest.files {
            let size = try BoundedFile.size(of: url.appendingPathComponent(name), limit: Safetensors.fileLimit)
            guard size == record.bytes else { throw .wrongFileSize(file: name, got: size, expected: record.bytes) }
        }
    }

    /// The names that a model's files can have, besides the manifest.
    package static let names = [graphName, floatName, int8Name, reportName]

    /// Where a file of this model lies; nil for a name that the manifest does not list.
    package func file(_ name: String) -> URL? { manifest.files[name] == nil ? nil : url.appendingPathComponent(name) }

    package func graph() throws(ModelFormatError) -> Graph {
        let graph = try JSONDocument.decode(Graph.self, contents(of: Self.graphName), Self.graphName)
        var faults = StructureCheck.faults(of: graph)
        if graph.classes != manifest.classes.count {
            faults.append("the graph has \(graph.classes) classes, the manifest \(manifest.classes.count)")
        }
        guard faults.isEmpty else { throw .invalidNetwork(faults) }
        return graph
    }

    /// - Throws: ``ModelFormatError``, or ``EngineError/parameters(missing:unexpected:wrongShape:)`` where file and graph do not belong together.
    package func parameters() throws -> ParameterSet {
        try ParameterSet(FloatFile.tensors(Safetensors.parse(contents(of: Self.floatName))), for: graph())
    }

    /// The int8 form; nil where the model has none.
    package func quantised() throws(ModelFormatError) -> QuantisedNetwork? { try quantisedModel()?.network }

    /// The int8 form with its own classes and input description; nil where the model has none.
    package func quantisedModel() throws(ModelFormatError) -> QuantisedModel? {
        guard manifest.precisions.contains(.int8) else { return nil }
        let model = try QuantisedModel(decoding: Safetensors.parse(contents(of: Self.int8Name)))
        guard model.classes == manifest.classes, model.input == manifest.input else {
            throw .invalidNetwork(["classes or input of \(Self.int8Name) are not those of the manifest"])
        }
        return model
    }

    package func report() throws(ModelFormatError) -> Data { try contents(of: Self.reportName) }

    /// Compares the SHA-256 of every file with the manifest's.
    package func verify() throws(ModelFormatError) {
        for name in manifest.files.keys.sorted() { _ = try contents(of: name) }
    }

    /// The bytes of a file, held to the manifest's digest.
    private func contents(of name: String) throws(ModelFormatError) -> Data {
        guard let record = manifest.files[name] else { throw .missingFile(name) }
        let data = try BoundedFile.read(url.appendingPathComponent(name), limit: Safetensors.fileLimit)
        let digest = SHA256Digest(of: data)
        guard digest == record.sha256 else { throw .wrongDigest(file: name, got: digest.description, expected: record.sha256.description) }
        return data
    }
}
