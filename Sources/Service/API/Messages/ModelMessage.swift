import Base
import Foundation
import ModelExport
import ModelFormat
import ModelStore

/// A model: its versions, the newest of them, and the aliases.
struct ModelMessage: Encodable, Sendable {
    let model: StoredModel

    private enum CodingKeys: String, CodingKey { case latest }

    func encode(to encoder: any Encoder) throws {
        try model.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model.versions.last, forKey: .latest)
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
    /// Links of the model in other formats, by the name of the file.
    let exports: [String: String]
    let links: [String: String]

    /// - Throws: if the report is not JSON.
    init(_ stored: StoredVersion, aliases: [String: Int]) throws {
        model = stored.model
        version = stored.version
        self.aliases = aliases.filter { $0.value == stored.version }.map(\.key).sorted()
        manifest = stored.manifest
        report = try JSONDecoder().decode(JSONValue.self, from: stored.report)
        let path = "/v1/models/\(stored.model)/versions/\(stored.version)"
        files = stored.manifest.files.sorted { $0.key < $1.key }.map {
            File(name: $0.key, bytes: $0.value.bytes, sha256: $0.value.sha256, href: "\(path)/files/\($0.key)")
        }
        exports = Dictionary(
            uniqueKeysWithValues: ExportFormat.formats(of: stored.manifest).map { ($0.rawValue, "\(path)/files/\($0.rawValue)") })
        var links = ["self": path, "classify": "\(path)/classify", "model": "/v1/models/\(stored.model)"]
        if let job = stored.manifest.lineage.job { links["job"] = "/v1/jobs/\(job)" }
        self.links = links
    }
}
