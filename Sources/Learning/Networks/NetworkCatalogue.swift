import Engine

/// The families of the paper: designed by hand, or found by neural architecture search.
package enum NetworkFamily: String, Sendable, Codable {
    case manual, nas
}

/// One network that can be asked for by name.
package struct NetworkEntry: Sendable {
    package let name: String
    package let family: NetworkFamily
    /// A network made for small devices, against one of standard size.
    package let isCompact: Bool
    /// The smallest side of a picture that the network is offered for.
    package let minimumSide: Int
    let build: @Sendable (_ classes: Int) -> Graph

    package func graph(classes: Int) -> Graph { build(classes) }
}

package enum NetworkError: Error, Sendable, Equatable {
    case unknown(name: String, known: [String])
}

package enum NetworkCatalogue {
    package static let all: [NetworkEntry] = [
        NetworkEntry(name: "mobilenet_v2", family: .manual, isCompact: true, minimumSide: 32, build: MobileNetV2.graph),
        NetworkEntry(name: "resnet18", family: .manual, isCompact: true, minimumSide: 32, build: ResNet.resnet18),
    ]

    package static func entry(_ name: String) throws(NetworkError) -> NetworkEntry {
        guard let entry = all.first(where: { $0.name == name }) else { throw .unknown(name: name, known: all.map(\.name)) }
        return entry
    }

    /// The graph of a network with a head for so many classes.
    package static func graph(_ name: String, classes: Int) throws(NetworkError) -> Graph { try entry(name).graph(classes: classes) }
}
