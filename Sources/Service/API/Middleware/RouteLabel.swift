import Synchronization

/// Carries the pattern of the matched route from the router outwards to the request log and the measures.
///
/// Labels are patterns, never paths, so that a client cannot make new time series.
final class RouteLabel: Sendable {
    @TaskLocal static var current: RouteLabel?

    /// What stands for requests that matched no route.
    static let unmatched = "unmatched"

    private let name = Mutex<String>(RouteLabel.unmatched)

    var pattern: String { name.withLock { $0 } }
    func set(_ pattern: String) { name.withLock { $0 = pattern } }
}
