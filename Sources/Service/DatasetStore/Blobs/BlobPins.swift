import Base
import Synchronization

/// Blobs that an upload is about to name in the catalogue. The garbage collection leaves them alone.
///
/// Invariant: an upload pins a digest before its file gets that name, and unpins it only after the row is committed (or the upload given up). The collection
/// decides and removes under the same lock, inside a write transaction. So a blob is never removed between "it is there already" and the row that names it.
final class BlobPins: Sendable {
    private let counts = Mutex<[SHA256Digest: Int]>([:])

    func pin(_ digests: some Sequence<SHA256Digest>) {
        counts.withLock { counts in for digest in digests { counts[digest, default: 0] += 1 } }
    }

    func unpin(_ digests: some Sequence<SHA256Digest>) {
        counts.withLock { counts in
            for digest in digests {
                let left = (counts[digest] ?? 0) - 1
                counts[digest] = left > 0 ? left : nil
            }
        }
    }

    /// Runs `remove` unless the digest is pinned; nobody can pin meanwhile.
    func unlessPinned(_ digest: SHA256Digest, _ remove: () throws -> Void) rethrows {
        try counts.withLock { counts in
            if counts[digest] == nil { try remove() }
        }
    }
}
