/// The families of the paper: designed by hand, or found by neural architecture search.
package enum NetworkFamily: String, Sendable, Codable {
    case manual, nas
}
