/// What a PATCH says about a label: an absent member keeps it, null takes it away.
package enum LabelChange: Sendable, Equatable {
    case keep
    case remove
    case set(String)

    /// - Parameter checked: the stored form of a new label.
    func applied(to old: String?, checked: (String) throws(DatasetStoreError) -> String) throws(DatasetStoreError) -> String? {
        switch self {
        case .keep: old
        case .remove: nil
        case .set(let text): try checked(text)
        }
    }
}
