import Engine

/// The pieces of a network that are left in float as wholes.
///
/// A layer in float alone is saved only the rounding of its weights: what it reads and what it gives is still held in 8 bits. So a unit is a run of layers between two places at which a
/// single result is all that the layers behind need; within it nothing is rounded, and at its ends one result is converted. Runs are joined with the next until they have their
/// share of the layers with weights, so that there are at most ``most`` units to measure, however deep the network is.
enum FloatUnits {
    static let most = 16

    /// - Returns: indices of layers, ascending, in disjoint units in the network's order; every layer but the picture is in one.
    static func units(of network: FusedNetwork) -> [[Int]] {
        let layers = network.layers
        let weighted = layers.count { !$0.weights.isEmpty }
        let share = max(1, (weighted + most - 1) / most)
        // The earliest result that anything behind a layer reads.
        var earliest = [Int](repeating: layers.count, count: layers.count + 1)
        for index in layers.indices.reversed() where index > 0 {
            let reads = layers[index].inputs + [layers[index].kind.residual].compactMap { $0 }
            earliest[index] = min(earliest[index + 1], reads.min() ?? index)
        }
        var units: [[Int]] = []
        var unit: [Int] = []
        for index in layers.indices.dropFirst() {
            unit.append(index)
            guard unit.count(where: { !layers[$0].weights.isEmpty }) >= share, earliest[index + 1] >= index else { continue }
            units.append(unit)
            unit = []
        }
        if !unit.isEmpty { units.append(unit) }
        return units
    }
}
