import Base
import Foundation
import ModelFormat
import Synchronization

/// Models on disk: `models/NAME/VERSION/`, each version a `ModelDirectory` that never changes, and aliases that point at versions.
///
/// Invariants:
/// 1. A version's folder appears by one rename of a complete, fsynced result: it is whole or not there.
/// 2. A version's number is written down for its job before the folder is renamed, so that a crash between makes the next adoption take the same number.
/// 3. A number is not given again when its version is deleted (deleting the whole model ends its numbering). `latest` is the highest version that is there.
/// 4. Aliases change by the rename of one file: every reader sees the old target or the new one.
///
/// Changes are made one at a time. What was read of a model is remembered until the next change, because every answer asks which version a name means; the
/// directory belongs to this process (`DataDirectory` holds its lock).
package final class ModelStore: Sendable {
    /// The alias that always means the newest version.
    package static let latest = "latest"

    let directory: URL
    private let changes = Mutex(())
    private let known = Mutex(Known())
    private let queue = DispatchQueue(label: "models", attributes: .concurrent)

    /// - Parameter directory: `models/` of the data directory; made if it is not there. What a crash left half-deleted is removed.
    /// - Throws: a Foundation error or `SystemError` where it cannot be made or read.
    package init(directory: URL) throws {
        self.directory = directory
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name.hasPrefix(Self.trashPrefix) {
            try FileManager.default.removeItem(at: directory.appendingPathComponent(name))
        }
    }

    /// Where a version's files lie, or would lie.
    package func directory(_ name: ResourceName, version: Int) -> URL { folder(name).version(version) }

    /// The same for whoever holds no store, such as a worker: the version may be deleted at any time.
    /// - Parameter directory: `models/` of the data directory.
    package static func directory(of name: ResourceName, version: Int, below directory: URL) -> URL {
        ModelFolder(url: directory.appendingPathComponent(name.description, isDirectory: true)).version(version)
    }

    /// Models by name.
    package func models() async throws -> [StoredModel] {
        try await run {
            let names = try FileManager.default.contentsOfDirectory(atPath: self.directory.path).compactMap(ResourceName.init).sorted()
            return try names.compactMap { try self.read($0) }
        }
    }

    /// - Throws: ``ModelStoreError/noSuchModel(_:)``
    package func model(_ name: ResourceName) async throws -> StoredModel {
        let (model, changes) = known.withLock { ($0.models[name], $0.changes) }
        if let model { return model }
        let read = try await run { try self.require(name) }
        // What a change overtook is not remembered: it may be of before.
        known.withLock { if $0.changes == changes { $0.models[name] = read } }
        return read
    }

    /// The versions of a model, ascending.
    /// - Throws: ``ModelStoreError/noSuchModel(_:)``
    package func versions(_ name: ResourceName) async throws -> [Int] { try await model(name).versions }

    /// The aliases of a model with the versions they mean, `latest` among them.
    /// - Throws: ``ModelStoreError/noSuchModel(_:)``
    package func aliases(_ name: ResourceName) async throws -> [String: Int] { try await model(name).aliases }

    /// A version with its manifest and report.
    /// - Throws: `noSuchModel`, `noSuchVersion`; `ModelFormatError` where its files are damaged.
    package func version(_ name: ResourceName, _ version: Int) async throws -> StoredVersion {
        try await run {
            try self.require(name, version)
            let model = try ModelDirectory(opening: self.directory(name, version: version))
            return StoredVersion(model: name, version: version, manifest: model.manifest, report: try model.report(), directory: model.url)
        }
    }

    /// Makes a job's result the next version of a model: moved, not copied. Idempotent: the same job gets the same version again, also after a crash anywhere in it.
    /// - Parameters:
    ///   - result: the `ModelDirectory` that the job wrote, on the same file system; gone afterwards.
    ///   - source: the version that it was made from, which must still be there.
    /// - Returns: the version, 1 for the first.
    /// - Throws: ``ModelStoreError/damagedResult(path:detail:)`` where it is no complete model; `noSuchModel`, `noSuchVersion` where `source` is gone.
    package func adopt(result: URL, name: ResourceName, job: ULID, of source: ModelSource? = nil) async throws -> Int {
        try await change {
            let folder = self.folder(name)
            var index = try folder.index()
            let known = index.jobs[job.description]
            if let known, !FileManager.default.fileExists(atPath: result.path) {
                // Adopted before; or deleted since, which stands.
                return known
            }
            if let source { try self.require(name, source) }
            do { try ModelDirectory(opening: result).verify() } catch {
                throw ModelStoreError.damagedResult(path: result.path, detail: "\(error)")
            }
            try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
            try AtomicFile.sync(directory: self.directory)
            let newest = try folder.versions().last ?? 0
            let version = known ?? max(index.lastVersion, newest) + 1
            if FileManager.default.fileExists(atPath: folder.version(version).path) { return version }
            index.lastVersion = max(index.lastVersion, version)
            index.jobs[job.description] = version
            try folder.write(index)
            try Self.sync(result)
            guard rename(result.path, folder.version(version).path) == 0 else {
                throw SystemError(call: "rename", subject: folder.version(version).path)
            }
            try AtomicFile.sync(directory: folder.url)
            return version
        }
    }

    /// Points an alias at a version, atomically.
    /// - Throws: `noSuchModel`, `noSuchVersion`, ``ModelStoreError/reservedAlias(_:)`` for `latest`.
    package func setAlias(_ name: ResourceName, alias: ResourceName, version: Int) async throws {
        try await change {
            guard alias.description != Self.latest else { throw ModelStoreError.reservedAlias(Self.latest) }
            try self.require(name, version)
            let folder = self.folder(name)
            var index = try folder.index()
            index.aliases[alias.description] = version
            try folder.write(index)
        }
    }

    /// Removes an alias; the version stays.
    /// - Throws: `noSuchModel`, `noSuchAlias`, `reservedAlias`.
    package func deleteAlias(_ name: ResourceName, alias: ResourceName) async throws {
        try await change {
            guard alias.description != Self.latest else { throw ModelStoreError.reservedAlias(Self.latest) }
            _ = try self.require(name)
            let folder = self.folder(name)
            var index = try folder.index()
            guard index.aliases.removeValue(forKey: alias.description) != nil else {
                throw ModelStoreError.noSuchAlias(model: name.description, alias: alias.description)
            }
            try folder.write(index)
        }
    }

    /// Deletes a model with all its versions and aliases.
    /// - Throws: ``ModelStoreError/noSuchModel(_:)``
    package func delete(_ name: ResourceName) async throws {
        try await change {
            _ = try self.require(name)
            try self.discard(self.folder(name).url)
        }
    }

    /// Deletes a version that no alias but `latest` points at. A model without versions is no longer listed.
    /// - Throws: `noSuchModel`, `noSuchVersion`, ``ModelStoreError/versionInUse(model:version:aliases:)``
    package func delete(_ name: ResourceName, version: Int) async throws {
        try await change {
            try self.require(name, version)
            let folder = self.folder(name)
            let holders = try folder.index().aliases.filter { $0.value == version }.keys.sorted()
            guard holders.isEmpty else {
                throw ModelStoreError.versionInUse(model: name.description, version: version, aliases: holders)
            }
            // The folder and its index stay after the last version, so that a number is never given again.
            try self.discard(folder.version(version))
        }
    }

    // MARK: - Inside

    private struct Known {
        var models: [ResourceName: StoredModel] = [:]
        /// Changes so far.
        var changes = 0
    }

    private static let trashPrefix = ".deleted."

    private func folder(_ name: ResourceName) -> ModelFolder {
        ModelFolder(url: directory.appendingPathComponent(name.description, isDirectory: true))
    }

    /// Nil where no version is there.
    private func read(_ name: ResourceName) throws -> StoredModel? {
        let folder = folder(name)
        let versions = try folder.versions()
        guard let newest = versions.last else { return nil }
        var aliases = try folder.index().aliases.filter { versions.contains($0.value) }
        aliases[Self.latest] = newest
        return StoredModel(name: name, versions: versions, aliases: aliases)
    }

    private func require(_ name: ResourceName) throws -> StoredModel {
        guard let model = try read(name) else { throw ModelStoreError.noSuchModel(name.description) }
        return model
    }

    private func require(_ name: ResourceName, _ version: Int) throws {
        guard try require(name).versions.contains(version) else {
            throw ModelStoreError.noSuchVersion(model: name.description, version: version)
        }
    }

    /// A version of that number that is another network is not the one.
    private func require(_ name: ResourceName, _ source: ModelSource) throws {
        try require(name, source.version)
        let manifest = try ModelDirectory(opening: directory(name, version: source.version)).manifest
        guard manifest.files[ModelDirectory.floatName]?.sha256 == source.floatDigest else {
            throw ModelStoreError.noSuchVersion(model: name.description, version: source.version)
        }
    }

    /// Gone by one rename; then the files are removed. Who has them open reads on.
    private func discard(_ url: URL) throws {
        let trash = directory.appendingPathComponent("\(Self.trashPrefix)\(ULID.now())")
        guard rename(url.path, trash.path) == 0 else { throw SystemError(call: "rename", subject: url.path) }
        try AtomicFile.sync(directory: url.deletingLastPathComponent())
        try FileManager.default.removeItem(at: trash)
    }

    private static func sync(_ folder: URL) throws {
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            try AtomicFile.sync(file: file)
        }
        try AtomicFile.sync(directory: folder)
    }

    private func change<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await run {
            try self.changes.withLock { _ in
                defer {
                    self.known.withLock {
                        $0.models = [:]
                        $0.changes += 1
                    }
                }
                return try body()
            }
        }
    }

    /// Off Swift's cooperative threads: these calls wait for the disk.
    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in queue.async { continuation.resume(with: Result { try body() }) } }
    }
}
