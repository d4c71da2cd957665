import Base
import Foundation
import Training

/// The pretrained weights that a training starts from. Their name may come to stand for another file while the job waits or is interrupted: the first attempt notes the
/// file's digest, and every later one begins with the same bytes or not at all.
struct StartingWeights: Sendable {
    private struct Note: Codable {
        let name: String
        let sha256: SHA256Digest
    }

    let name: String
    let url: URL
    let sha256: SHA256Digest

    /// - Parameters:
    ///   - folder: `DATA/weights`.
    ///   - checkpoint: of the job; holds the digest as `weights.json`.
    /// - Throws: ``TrainingJobError/missingWeights(name:)``, ``TrainingJobError/changedWeights(name:got:expected:)``,
    ///   `TrainingError.brokenCheckpoint`, `SystemError`.
    init(_ name: String, folder: URL, checkpoint: URL) throws {
        url = folder.appendingPathComponent("\(name).safetensors")
        guard FileManager.default.fileExists(atPath: url.path) else { throw TrainingJobError.missingWeights(name: name) }
        self.name = name
        let file = checkpoint.appendingPathComponent("weights.json")
        if FileManager.default.fileExists(atPath: file.path) {
            guard let note = try? JSONDecoder().decode(Note.self, from: Data(contentsOf: file)), note.name == name else {
                throw TrainingError.brokenCheckpoint(file: file.lastPathComponent, detail: "no digest of '\(name)'")
            }
            sha256 = note.sha256
            try verify()
        } else {
            sha256 = try SHA256Digest(ofFile: url)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try AtomicFile.write(try encoder.encode(Note(name: name, sha256: sha256)), to: file)
        }
    }

    /// Asked after each reading, too: the file may be replaced at any time.
    func verify() throws {
        let got = try SHA256Digest(ofFile: url)
        guard got == sha256 else {
            throw TrainingJobError.changedWeights(name: name, got: got.description, expected: sha256.description)
        }
    }
}
