import Base

/// A version that another one was made from.
package struct ModelSource: Sendable, Equatable {
    package let version: Int
    /// Of its float part: a model that was deleted and made anew under its name is another one.
    package let floatDigest: SHA256Digest

    package init(version: Int, floatDigest: SHA256Digest) {
        self.version = version
        self.floatDigest = floatDigest
    }
}
