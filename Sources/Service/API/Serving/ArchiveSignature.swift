/// Tells by its first bytes whether a file can be an archive that an import reads, so that what is none is refused at once and not by a job.
enum ArchiveSignature: String, Sendable, CaseIterable {
    case tar, gzip, zip

    /// Enough bytes for every kind: one block of tar.
    static let length = 512

    static func of(_ head: [UInt8]) -> ArchiveSignature? {
        if head.starts(with: [0x1F, 0x8B]) { return .gzip }  // RFC 1952 section 2.3.1
        // APPNOTE.TXT 4.3.7, 4.3.16
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) { return .zip }
        return isTarHeader(head) ? .tar : nil
    }

    /// A block whose checksum is right: the sum of its bytes, the checksum's own eight counted as spaces (POSIX.1-2017, pax, "ustar Interchange Format").
    private static func isTarHeader(_ head: [UInt8]) -> Bool {
        guard head.count >= length else { return false }
        let digits = head[148..<156].drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty, let stored = Int(String(decoding: digits, as: UTF8.self), radix: 8) else { return false }
        let sum = head[..<length].enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
        return sum == stored
    }
}
