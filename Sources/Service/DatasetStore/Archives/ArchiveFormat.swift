import Base
import Foundation

/// The kinds of archive that are read, told by their first bytes.
package enum ArchiveFormat: String, Sendable, Codable, CaseIterable {
    case tar
    case tarGzip = "tar.gz"
    case zip

    /// Tells the format of a file, so that an upload which is no archive at all is refused at once; nil for anything else. Reads 512 bytes.
    ///
    /// tar: `ustar` at 257 (POSIX.1-1988), or a header whose checksum holds (V7); gzip: RFC 1952, 2.3.1; zip: APPNOTE 4.3.7, and 4.3.16 for an empty one.
    package static func sniff(_ file: URL) throws(SystemError) -> ArchiveFormat? {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open", subject: file.path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw SystemError(call: "read", subject: file.path) }
        return sniff(Array(bytes.prefix(count)))
    }

    static func sniff(_ head: [UInt8]) -> ArchiveFormat? {
        if head.starts(with: [0x1F, 0x8B]) { return .tarGzip }
        if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) { return .zip }
        guard head.count == 512 else { return nil }
        // The checksum is the sum of all bytes with its own eight counted as spaces, in octal.
        let sum = head.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        let digits = head[148..<156].drop { $0 == 32 || $0 == 0 }.prefix { (48...55).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8) == sum ? .tar : nil
    }
}
