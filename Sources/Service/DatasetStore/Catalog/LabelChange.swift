/// What a PATCH says about a label: an absent member keeps it, null takes it away.
package enum LabelChange: Sendable, Equatable {
    case keep
    case remove
    case set(String)
}
