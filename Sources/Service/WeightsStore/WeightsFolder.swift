import Base
import Engine
import Foundation
import ModelFormat

/// Pretrained weights by name: `weights/NAME.safetensors`, and beside it `NAME.json` with the network they belong to, their digest and their source.
///
/// Invariants:
/// 1. What ``adopt(_:name:network:source:)`` stored is a safetensors file whose every tensor was read and fits its network.
/// 2. A file stands under its name wholly or not at all; the note is written before it, so that a crash between the two leaves a digest that
///    ``verify(_:)`` finds wrong, never a file without its network.
/// 3. Files may also be laid there by hand while the service runs: the folder is read for each answer.
package struct WeightsFolder: Sendable {
    static let fileExtension = "safetensors"
    package let directory: URL
    /// The networks that weights can belong to.
    package let knownNetworks: [String]
    private let graph: @Sendable (String) throws -> Graph

    /// - Parameters:
    ///   - networks: their names.
    ///   - graph: a network by its name, with any number of classes.
    package init(directory: URL, networks: [String], graph: @escaping @Sendable (String) throws -> Graph) {
        self.directory = directory
        knownNetworks = networks
        self.graph = graph
    }

    /// The stored weights by name; none where the folder is not there. Blocking.
    package func entries() throws -> [WeightsEntry] {
        guard FileManager.default.fileExists(atPath: directory.path) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: [.fileSizeKey])
        return try files.filter { $0.pathExtension == Self.fileExtension }.compactMap { file -> WeightsEntry? in
            guard let name = ResourceName(file.deletingPathExtension().lastPathComponent) else { return nil }
            return try entry(name, file)
        }.sorted { $0.name < $1.name }
    }

    /// Name to network. Blocking.
    package func networks() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try entries().map { ($0.name.description, $0.network) })
    }

    /// The entry and what the file's header says. Blocking.
    /// - Throws: ``WeightsStoreError/noSuchWeights(_:)``, ``WeightsStoreError/unfit(network:faults:)``; `ModelFormatError`.
    package func facts(_ name: ResourceName) throws -> WeightsFacts {
        let url = file(name)
        guard FileManager.default.fileExists(atPath: url.path) else { throw WeightsStoreError.noSuchWeights(name.description) }
        let entry = try entry(name, url)
        let opened = try open(url, network: entry.network)
        return facts(entry, opened)
    }

    /// Takes a file in under a name, replacing what stood there. It is read wholly first; a `.pth` file, or one with other names, is written anew as safetensors
    /// under the network's own names, in its own element types; any other is kept byte for byte. Blocking.
    ///
    /// - Parameters:
    ///   - staged: is gone afterwards where it was kept; else it is still there, as it is after a throw.
    ///   - source: for the note.
    /// - Throws: ``WeightsStoreError/unfit(network:faults:)``, ``WeightsStoreError/unknownNetwork(got:known:)``; `ModelFormatError` where the file is none of
    ///   weights; `SystemError`. Nothing is changed then.
    package func adopt(_ staged: URL, name: ResourceName, network: String, source: String? = nil) throws -> WeightsFacts {
        let (weights, fit) = try open(staged, network: network)
        try PretrainedWeights.floats(of: weights, fit) { _, _ in }
        let destination = file(name)
        if weights.format == .safetensors, fit.isVerbatim {
            let note = WeightsNote(network: network, sha256: try SHA256Digest(ofFile: staged), source: source)
            try AtomicFile.sync(file: staged)
            try write(note, name)
            try AtomicFile.move(staged, to: destination)
        } else {
            let data = try PretrainedWeights.converted(weights, fit, metadata: ["format": "pt", "architecture": network])
            try write(WeightsNote(network: network, sha256: SHA256Digest(of: data), source: source), name)
            try AtomicFile.write(data, to: destination)
        }
        return try facts(name)
    }

    /// Reads a stored file wholly and compares it with its note and its network. Blocking.
    /// - Throws: ``WeightsStoreError/noSuchWeights(_:)``, ``WeightsStoreError/changed(name:got:expected:)``, as ``adopt(_:name:network:source:)``.
    package func verify(_ name: ResourceName) throws -> WeightsFacts {
        let facts = try facts(name)
        let url = file(name)
        if let expected = facts.entry.sha256 {
            let got = try SHA256Digest(ofFile: url)
            guard got == expected else {
                throw WeightsStoreError.changed(name: name.description, got: got.description, expected: expected.description)
            }
        }
        _ = try verify(file: url, network: facts.entry.network)
        return facts
    }

    /// Reads any file of weights wholly and compares it with a network. Blocking.
    /// - Throws: as ``adopt(_:name:network:source:)``.
    package func verify(file url: URL, network: String) throws -> WeightsFit {
        let (weights, fit) = try open(url, network: network)
        try PretrainedWeights.floats(of: weights, fit) { _, _ in }
        return fit
    }

    /// Whether something is stored under the name.
    package func holds(_ name: ResourceName) -> Bool { FileManager.default.fileExists(atPath: file(name).path) }

    private func open(_ url: URL, network: String) throws -> (file: WeightsFile, fit: WeightsFit) {
        guard knownNetworks.contains(network) else { throw WeightsStoreError.unknownNetwork(got: network, known: knownNetworks) }
        let file = try WeightsFile(opening: url)
        do {
            return (file, try WeightsFit(file.tensors, for: graph(network)))
        } catch let error as EngineError {
            throw WeightsStoreError.unfit(error, network: network) ?? error
        }
    }

    private func facts(_ entry: WeightsEntry, _ opened: (file: WeightsFile, fit: WeightsFit)) -> WeightsFacts {
        let types = Set(opened.file.tensors.compactMap(\.elementType?.rawValue)).sorted()
        let parameters = opened.fit.sources.filter { !$0.isStatistic }.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return WeightsFacts(
            entry: entry, classes: opened.fit.classesInFile, parameters: parameters, elementTypes: types,
            translatedFrom: opened.fit.translatedFrom)
    }

    private func entry(_ name: ResourceName, _ file: URL) throws -> WeightsEntry {
        let note = note(name)
        return WeightsEntry(
            name: name, network: note.network ?? name.description, bytes: try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0,
            sha256: note.sha256, source: note.source)
    }

    /// The note beside a file; empty where there is none that can be read: `NAME.json` may be anything where files are laid by hand.
    private func note(_ name: ResourceName) -> WeightsNote {
        guard let data = try? Data(contentsOf: noteFile(name)), let note = try? JSONDecoder().decode(WeightsNote.self, from: data) else {
            return WeightsNote()
        }
        return note
    }

    private func write(_ note: WeightsNote, _ name: ResourceName) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(note), to: noteFile(name))
    }

    private func file(_ name: ResourceName) -> URL { directory.appendingPathComponent("\(name).\(Self.fileExtension)") }
    private func noteFile(_ name: ResourceName) -> URL { directory.appendingPathComponent("\(name).json") }
}
