/// How a picture of any shape becomes a square.
package enum Fit: String, Sendable, Codable, CaseIterable {
    /// The shorter side becomes `round(size / 0.875)`, then the centre is cut out. The default; loses the margins.
    case crop
    /// The longer side becomes `size`; the rest is filled with the mean colour of ImageNet, which normalises to nearly zero. Loses nothing.
    case pad
    /// Both sides become `size`. Changes the shape.
    case squish
}
