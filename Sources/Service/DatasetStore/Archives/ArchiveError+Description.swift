extension ArchiveError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAnArchive(let detail): "not an archive (tar, tar.gz and zip are read): \(detail)"
        case .damaged(let entries, let detail): "the archive is damaged after \(entries) entries: \(detail); send it again"
        case .tooManyEntries(let limit): "more than \(limit) entries"
        case .tooLarge(let limit): "more than \(limit) bytes when unpacked"
        case .compressionRatio(let limit): "it unpacks to more than \(limit) times its size"
        case .noPictures(let entries, let examples):
            "no picture at a known place among \(entries) entries"
                + examples.map { "; \($0.path): \($0.detail)" }.joined()
        case .stopped: "stopped"
        }
    }
}
