import Engine
import Jobs
import Networks

/// The catalogue of networks as the facts that jobs are judged by.
package enum NetworkFacts {
    /// - Throws: `EngineError` if a graph of the catalogue cannot be built (a mistake in this program).
    package static func all() throws -> [NetworkDescription] {
        try NetworkCatalogue.all.map { entry in
            let graph = entry.graph(classes: 1000)
            let elements = try graph.shapes(batch: 1, side: 224).reduce(0) { $0 + $1.reduce(1, *) }
            return NetworkDescription(
                name: entry.name, family: "\(entry.family.rawValue), \(entry.isCompact ? "compact" : "standard")",
                parameters: graph.parameterCount,
                multiplyAdds: try graph.multiplyAdds(side: 224), minimumSide: entry.minimumSide, activationElements: elements)
        }
    }
}
