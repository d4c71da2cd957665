/// What a PUT of a picture did. HTTP: 201, 200, 200.
package enum PutOutcome: Sendable, Equatable {
    case created(StoredImage)
    /// The same bytes stood there already; a label or role that was given is stored.
    case same(StoredImage)
    /// Other bytes stood there and If-Match named them.
    case replaced(StoredImage)

    package var image: StoredImage {
        switch self {
        case .created(let image), .same(let image), .replaced(let image): image
        }
    }
}
