import Base
import Foundation

/// Streams pieces into a new file, gathered into writes of at least 256 KiB.
enum FileSink {
    private static let batch = 256 << 10

    /// - Returns: the number of bytes, all of them fsynced.
    /// - Throws: what `next` throws, ``HTTPError/bodyTooLarge(limit:)``, `SystemError`. After a throw the file is gone, unless it was there before.
    static func write(to url: URL, limit: Int, next: () async throws -> [UInt8]?) async throws -> Int {
        let lane = url.hashValue
        let file = try await Disk.run(lane: lane) { try OpenFile(url, flags: O_WRONLY | O_CREAT | O_EXCL) }
        do {
            var total = 0
            var gathered: [UInt8] = []
            while let piece = try await next() {
                total += piece.count
                guard total <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
                gathered += piece
                if gathered.count >= batch {
                    let full = gathered
                    gathered = []
                    gathered.reserveCapacity(batch + (64 << 10))
                    try await Disk.run(lane: lane) { try file.write(all: full) }
                }
            }
            let rest = gathered
            try await Disk.run(lane: lane) {
                try file.write(all: rest)
                try file.sync()
            }
            return total
        } catch {
            unlink(url.path)  // one quick call on a path that this function made
            throw error
        }
    }
}
