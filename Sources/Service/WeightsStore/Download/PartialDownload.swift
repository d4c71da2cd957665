import Base
import Foundation

/// What of a file has been fetched so far: `.NAME.part`, and beside it `.NAME.part.json` with what it is a part of. It survives the process, so that the next one goes on.
///
/// Invariant: a part whose description is missing, unreadable or of another address is not continued.
struct PartialDownload {
    /// What the part belongs to. A part is continued only where the server gave something to tell one state of the file from another (RFC 9110 section 8.8).
    struct Description: Codable, Equatable {
        let address: String
        /// A strong entity tag, or else the time of the last change; what `If-Range` sends (RFC 9110 section 13.1.5).
        var validator: String?
        /// The digest or its first digits, where an earlier answer told it.
        var digits: String?
    }

    let file: URL
    private let note: URL

    init(directory: URL, name: ResourceName) {
        file = directory.appendingPathComponent(".\(name).part")
        note = directory.appendingPathComponent(".\(name).part.json")
    }

    /// What stands in the folder, where it is of this address.
    func description(for address: String) -> Description? {
        guard let data = try? Data(contentsOf: note), let description = try? JSONDecoder().decode(Description.self, from: data) else {
            return nil
        }
        return description.address == address ? description : nil
    }

    /// Bytes that can be continued, and what they are part of; nil where there are none.
    func resumable(for address: String) -> (bytes: Int, description: Description)? {
        guard let description = description(for: address), description.validator != nil,
            let size = try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int, size > 0
        else { return nil }
        return (size, description)
    }

    func write(_ description: Description) throws {
        try AtomicFile.write(try JSONEncoder().encode(description), to: note)
    }

    /// Opens the part for writing behind its first `offset` bytes; what lies behind them is cut off.
    func open(at offset: Int) throws(SystemError) -> PartialFile { try PartialFile(file, at: offset) }

    func delete() {
        unlink(file.path)
        unlink(note.path)
    }
}
