/// Why a call of ``ModelStore`` was refused.
package enum ModelStoreError: Error, Sendable, Equatable {
    case noSuchModel(String)
    case noSuchVersion(model: String, version: Int)
    case noSuchAlias(model: String, alias: String)
    /// `latest` is always the newest version; it cannot be set or removed. HTTP 422.
    case reservedAlias(String)
    /// A version cannot be deleted while aliases point at it. HTTP 409.
    case versionInUse(model: String, version: Int, aliases: [String])
    /// A job's result that is no complete model.
    case damagedResult(path: String, detail: String)
    /// A file of ours does not hold what its writer writes.
    case damagedFile(path: String, detail: String)
}
