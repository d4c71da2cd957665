import Foundation

/// Where a list goes on: after the item with this key. Written as unpadded base64url of `kind:key`, so that clients do not build on it.
struct PageToken: Sendable, Equatable {
    let kind: String
    let key: String

    var text: String {
        Data("\(kind):\(key)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init(kind: String, key: String) {
        self.kind = kind
        self.key = key
    }

    /// - Throws: ``DatasetStoreError/invalidPageToken(_:)`` for anything that was not given out by the same list.
    init(_ text: String, kind: String) throws(DatasetStoreError) {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard text.utf8.count <= 512, let data = Data(base64Encoded: padded), let plain = String(data: data, encoding: .utf8),
            plain.hasPrefix(kind + ":")
        else { throw .invalidPageToken(text) }
        self.init(kind: kind, key: String(plain.dropFirst(kind.count + 1)))
    }
}
