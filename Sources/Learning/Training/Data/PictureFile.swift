import Foundation

/// One picture on disk. `name` is what messages and checkpoints call it; equal names mean equal bytes.
package struct PictureFile: Sendable, Hashable {
    package let name: String
    package let url: URL

    package init(name: String, url: URL) {
        self.name = name
        self.url = url
    }
}
