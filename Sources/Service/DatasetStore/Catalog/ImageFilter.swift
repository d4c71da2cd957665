/// Which pictures of a dataset a list shows; nil means all.
package struct ImageFilter: Sendable, Equatable {
    package enum State: String, Sendable, Codable, CaseIterable { case labelled, unlabelled }

    package var label: String?
    package var role: ImageRole?
    package var state: State?

    package init(label: String? = nil, role: ImageRole? = nil, state: State? = nil) {
        self.label = label
        self.role = role
        self.state = state
    }
}
