/// How long a training waited for pictures.
package struct LoaderTime: Sendable, Codable, Equatable {
    /// Seconds in which the training thread had no batch to work on.
    package private(set) var waited = 0.0
    /// Seconds of the training steps, waiting included; validation is not.
    package private(set) var total = 0.0

    package init() {}

    mutating func add(waited: Duration, total: Duration) {
        self.waited += waited / .seconds(1)
        self.total += total / .seconds(1)
    }

    mutating func add(_ other: LoaderTime) {
        waited += other.waited
        total += other.total
    }

    /// 0…1
    package var share: Double { total > 0 ? waited / total : 0 }
}
