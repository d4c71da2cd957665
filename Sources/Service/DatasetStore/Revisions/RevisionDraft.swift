import Base

/// A revision between its copy and its number.
struct RevisionDraft: Sendable {
    struct Picture: Sendable {
        let entry: RevisionEntry
        /// As the catalogue knows it.
        let bytes: Int
        let hash: DifferenceHash
    }

    struct Audited: Sendable {
        let digest: SHA256Digest
        let counts: ImageCounts
        let findings: [Finding]
        /// Names of the pictures to leave out.
        let corrupt: [String]
    }

    let classes: [String]
    let pictures: [Picture]

    /// Leaves out pictures whose blob is not there in full length; counts, and looks for what is worth knowing. One `stat` for each picture.
    func audited(blobs: BlobStore) throws -> Audited {
        let isWhole = pictures.map { blobs.size($0.entry.sha256) == $0.bytes }
        let corrupt = zip(pictures, isWhole).filter { !$0.1 }.map(\.0.entry.image.description)
        let whole = zip(pictures, isWhole).filter(\.1).map(\.0)
        let entries = whole.map(\.entry)
        var counts = ImageCounts(classes: classes)
        for entry in entries { counts.add(label: entry.label, role: entry.role) }
        let audit = RevisionAudit(classes: classes, entries: entries, hashes: whole.map(\.hash), counts: counts, corrupt: corrupt)
        let digest = SHA256Digest(of: try RevisionManifest(classes: classes, entries: entries).data())
        return Audited(digest: digest, counts: counts, findings: audit.findings, corrupt: corrupt)
    }
}
