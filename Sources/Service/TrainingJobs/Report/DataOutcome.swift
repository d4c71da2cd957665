import Base
import DatasetStore
import Foundation
import Jobs

/// What was learned from: the frozen revision of the dataset.
struct DataOutcome: Sendable, Codable {
    /// SHA-256 of the manifest: equal pictures, labels and roles give equal digests.
    let digest: SHA256Digest
    let counts: ImageCounts
    /// What was found when the revision was frozen; nil where the job was given the manifest alone.
    let findings: [Finding]?

    init(_ files: JobFiles, classes: [String], entries: [RevisionEntry]) throws {
        digest = try SHA256Digest(ofFile: files.revision)
        var counts = ImageCounts(classes: classes)
        for entry in entries { counts.add(label: entry.label, role: entry.role) }
        self.counts = counts
        if FileManager.default.fileExists(atPath: files.revisionFacts.path) {
            findings = try JSONDecoder().decode(Revision.self, from: Data(contentsOf: files.revisionFacts)).findings
        } else {
            findings = nil
        }
    }
}
