import Base
import Foundation
import ModelFormat

/// A model: its versions and the aliases that point at them.
struct ModelMessage: Encodable, Sendable {
    let name: ResourceName
    /// Ascending, never empty.
    let versions: [Int]
    let aliases: [String: Int]

    private enum CodingKeys: String, CodingKey { case name, versions, latest, aliases }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(versions, forKey: .versions)
        try container.encode(versions.last, forKey: .latest)
        try container.encode(aliases, forKey: .aliases)
    }
}

/// One version with everything that is known of it.
struct ModelVersionMessage: Encodable, Sendable {
    struct File: Encodable, Sendable {
        let name: String
        let bytes: Int
        let sha256: SHA256Digest
        let href: String
    }

    let model: ResourceName
    let version: Int
    let aliases: [String]
    let manifest: ModelManifest
    let report: JSONValue
    let files: [File]
    let links: [String: String]

    init(_ key: ModelVersionKey, _ model: ModelDirectory, aliases: [String: Int], report: JSONValue) {
        self.model = key.model
        version = key.version
        self.aliases = aliases.filter { $0.value == key.version }.map(\.key).sorted()
        manifest = model.manifest
        self.report = report
        let path = "/v1/models/\(key.model)/versions/\(key.version)"
        files = model.manifest.files.sorted { $0.key < $1.key }.map {
            File(name: $0.key, bytes: $0.value.bytes, sha256: $0.value.sha256, href: "\(path)/files/\($0.key)")
        }
        var links = ["self": path, "classify": "\(path)/classify", "model": "/v1/models/\(key.model)"]
        if let job = model.manifest.lineage.job { links["job"] = "/v1/jobs/\(job)" }
        self.links = links
    }
}
