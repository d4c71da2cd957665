/// A picture as its file stores it, before the orientation tag is obeyed.
struct StoredPicture: Sendable, Equatable {
    var width: Int
    var height: Int
    var orientation: Orientation = .upright
}
