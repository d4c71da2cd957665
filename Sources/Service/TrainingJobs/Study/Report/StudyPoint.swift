/// A network trained by a method, in one precision, over all datasets and seeds: what it reaches against what it costs.
struct StudyPoint: Sendable, Codable, Equatable {
    let network: String
    let method: String
    /// `float` or `int8`.
    let precision: String
    let accuracy: Double
    let macroF1: Double
    let fileBytes: Double
    /// One picture; nil where it was not measured.
    let latencyMilliseconds: Double?
    /// No other point is smaller and at least as accurate.
    var isSmallest = false
    /// No other point is faster and at least as accurate.
    var isFastest = false

    private enum CodingKeys: String, CodingKey {
        case network, method, precision, accuracy
        case macroF1 = "macro_f1"
        case fileBytes = "file_bytes"
        case latencyMilliseconds = "latency_ms"
        case isSmallest = "on_size_front"
        case isFastest = "on_latency_front"
    }

    var name: String { "\(network) · \(method) · \(precision)" }

    /// Marks the Pareto fronts.
    static func marked(_ points: [StudyPoint]) -> [StudyPoint] {
        points.map { point in
            var point = point
            point.isSmallest = !points.contains { $0.dominates(point, by: \.fileBytes) }
            if point.latencyMilliseconds != nil {
                let measured = points.filter { $0.latencyMilliseconds != nil }
                point.isFastest = !measured.contains { $0.dominates(point, by: \.latency) }
            }
            return point
        }
    }

    private var latency: Double { latencyMilliseconds ?? .infinity }

    private func dominates(_ other: StudyPoint, by cost: KeyPath<StudyPoint, Double>) -> Bool {
        let (mine, its) = (self[keyPath: cost], other[keyPath: cost])
        return mine <= its && accuracy >= other.accuracy && (mine < its || accuracy > other.accuracy)
    }
}
