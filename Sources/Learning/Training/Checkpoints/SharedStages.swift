import Base
import Engine
import Foundation

/// Finished supervised trainings that several jobs have in common: each is done once, whoever comes first.
///
/// A training is known by everything that decides its bits: settings, pictures (by their files' content-addressed names) with their labels, network, initial weights,
/// threads and backend. So what is taken from here is what would have been trained. The folder may be deleted at any time.
///
/// `KEY.safetensors` is a ``FinishedStage``; `KEY.lock` is held (`flock`) while it is being made, and given up by the kernel if its maker dies.
package struct SharedStages: Sendable {
    package let directory: URL
    /// Seconds between two looks at a lock that another process holds.
    private static let interval = 0.1

    package init(directory: URL) { self.directory = directory }

    /// The result of `train`, which writes it to `finished`, or that of the job that did the same before.
    ///
    /// - Parameters:
    ///   - shouldStop: asked while another process makes it.
    /// - Throws: ``TrainingError/interrupted`` when `shouldStop` says so, what `train` throws, and what files throw.
    func result(_ key: SHA256Digest, graph: Graph, finished: URL, shouldStop: () -> Bool, train: () throws -> TrainingResult) throws
        -> TrainingResult
    {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let lock = try lock(key, shouldStop)
        defer { close(lock) }
        let shared = directory.appendingPathComponent("\(key).safetensors")
        if let result = try FinishedStage.read(shared, graph: graph) {
            try Self.link(shared, as: finished)
            return result
        }
        let result = try train()
        try Self.link(finished, as: shared)
        return result
    }

    private func lock(_ key: SHA256Digest, _ shouldStop: () -> Bool) throws -> Int32 {
        let path = directory.appendingPathComponent("\(key).lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: path) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR, !shouldStop() else {
                close(descriptor)
                if code == EWOULDBLOCK || code == EINTR { throw TrainingError.interrupted }
                throw SystemError(call: "flock", code: code, subject: path)
            }
            Thread.sleep(forTimeInterval: Self.interval)
        }
        return descriptor
    }

    /// Another name for a file that never changes; a copy where the file system has no hard links. Durable on return.
    private static func link(_ source: URL, as target: URL) throws {
        unlink(target.path)
        if Foundation.link(source.path, target.path) != 0 {
            try AtomicFile.write(try Data(contentsOf: source), to: target)
        } else {
            try AtomicFile.sync(directory: target.deletingLastPathComponent())
        }
    }
}

extension SHA256Digest {
    /// What decides the bits of a supervised training.
    init(of recipe: Recipe, data: TrainingData, threads: Int, backend: String) throws {
        let hasher = SHA256Hasher()
        func add(_ text: String) { Array("\(text)\n".utf8).withUnsafeBytes { hasher.update($0) } }
        add("\(try data.fingerprint(recipe.configuration)) \(recipe.graph.architecture) \(data.classes) \(threads) \(backend)")
        for sample in data.training + data.validation { add(sample.picture.url.lastPathComponent) }
        for (name, tensor) in recipe.initial.tensors.sorted(by: { $0.key < $1.key }) {
            add("\(name) \(tensor.shape)")
            tensor.values.withUnsafeBytes { hasher.update($0) }
        }
        self = hasher.finish()
    }
}
