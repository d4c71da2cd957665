import Base
import Foundation

/// One picture on disk. `name` is what messages and checkpoints call it; equal names mean equal bytes.
package struct PictureFile: Sendable, Hashable {
    package let name: String
    package let url: URL
    /// Of its bytes, where it is known: under it the decoded picture may be kept on disk.
    package let digest: SHA256Digest?

    package init(name: String, url: URL, digest: SHA256Digest? = nil) {
        self.name = name
        self.url = url
        self.digest = digest
    }
}
