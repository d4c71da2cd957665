import Engine

/// One network that can be asked for by name.
package struct NetworkEntry: Sendable {
    package let name: String
    package let family: NetworkFamily
    /// A network made for small devices, against one of standard size.
    package let isCompact: Bool
    /// The smallest side of a picture, in pixels, that the network is offered for: its last pictures have one pixel then.
    package let minimumSide: Int
    let build: @Sendable (_ classes: Int) -> Graph

    package func graph(classes: Int) -> Graph { build(classes) }
}
