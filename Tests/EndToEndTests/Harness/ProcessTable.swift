import Foundation

/// The processes of this machine, read from `/proc`.
enum ProcessTable {
    /// Identifiers of live processes whose command line holds every one of `words`.
    static func find(_ words: String...) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { identifier in
            guard let raw = FileManager.default.contents(atPath: "/proc/\(identifier)/cmdline"), !raw.isEmpty else { return false }
            let line = String(decoding: raw, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
            return words.allSatisfy { line.contains($0) }
        }
    }

    static func isAlive(_ identifier: Int32) -> Bool { kill(identifier, 0) == 0 }
}
