/// Which mirror images of a picture are the same thing.
package enum Flips: String, Codable, Sendable, CaseIterable {
    case none
    /// Left and right may change places: photographs.
    case horizontal
    /// Up and down too: microscopy.
    case both
}
