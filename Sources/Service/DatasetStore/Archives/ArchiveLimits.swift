/// How much of an archive is unpacked before it is refused.
package struct ArchiveLimits: Sendable, Equatable {
    /// Of all entries together, unpacked, in bytes.
    package var totalBytes = 4 << 30
    package var entries = 1_000_000
    /// Unpacked bytes over packed bytes, counted once ``ratioFloor`` bytes are unpacked. JPEG and PNG pack at about 1, flat BMP or TIFF at up to some 50;
    /// gzip's bombs at 1,000.
    package var ratio = 200
    package var ratioFloor = 64 << 20

    package static let standard = ArchiveLimits()
    package init() {}
}
