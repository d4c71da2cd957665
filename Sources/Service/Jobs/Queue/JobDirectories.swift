import Base
import Foundation

/// The directories `jobs/ID` below the data directory.
struct JobDirectories: Sendable {
    let root: URL

    init(dataDirectory: URL) throws {
        root = dataDirectory.appendingPathComponent("jobs", isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    subscript(id: ULID) -> JobFiles { JobFiles(root.appendingPathComponent(id.description, isDirectory: true)) }

    /// Makes the directory of a new job, complete and durable, attachments moved in. After a throw nothing of it is left, and attachments already moved are lost.
    func make(_ id: ULID, _ specification: JobSpecification, attachments: [String: URL]) throws {
        for name in attachments.keys where !Self.isPlain(name) { throw JobsError.badAttachmentName(name) }
        let files = self[id]
        do {
            try FileManager.default.createDirectory(at: files.directory, withIntermediateDirectories: false)
            for (name, source) in attachments {
                let destination = files.directory.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
                try AtomicFile.sync(file: source)
                try AtomicFile.move(source, to: destination)
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try AtomicFile.write(try encoder.encode(specification), to: files.specification)
            try DurableTree.sync(files.directory)
            try AtomicFile.sync(directory: root)
        } catch {
            try remove(id)
            throw error
        }
    }

    func remove(_ id: ULID) throws {
        let path = self[id].directory.path
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    /// Durable on return. `done.json` goes first: whatever a crash leaves of the rest is no result.
    func removeResult(_ id: ULID) throws {
        let files = self[id]
        guard FileManager.default.fileExists(atPath: files.result.path) else { return }
        if FileManager.default.fileExists(atPath: files.done.path) {
            try FileManager.default.removeItem(at: files.done)
            try AtomicFile.sync(directory: files.result)
        }
        try FileManager.default.removeItem(at: files.result)
        try AtomicFile.sync(directory: files.directory)
    }

    /// Removes what a crash left: directories without a row (made, but the row never came; or the row deleted, but not yet the directory).
    func removeStrays(known: Set<ULID>) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: root.path) {
            if let id = ULID(name), !known.contains(id) { try remove(id) }
        }
    }

    /// `revision.jsonl`, `input/archive`: relative, no empty and no dotted step, not one of the names that the queue writes itself.
    private static func isPlain(_ name: String) -> Bool {
        let steps = name.split(separator: "/", omittingEmptySubsequences: false)
        let own = ["specification.json", "events.jsonl", "log.txt", "worker.json", "result", "checkpoint"]
        guard (1...4).contains(steps.count), steps.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("\0") }) else {
            return false
        }
        return !own.contains(String(steps[0]))
    }
}
