/// The four kinds of white blood cell that the sample pictures show. They are drawings after textbook haematology, not patients' cells.
package enum CellClass: String, CaseIterable, Sendable, Codable {
    /// Two lobes, coarse orange granules.
    case eosinophil
    /// One round nucleus that nearly fills a small cell; pale blue rim.
    case lymphocyte
    /// A large cell with a bean-shaped nucleus in grey-blue cytoplasm with vacuoles.
    case monocyte
    /// Three to five lobes on a string, fine dust of granules.
    case neutrophil
}
