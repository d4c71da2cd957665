/// Pictures a second: over the epoch, and over the last few seconds for a display that follows.
struct Throughput {
    private var epochStart = ContinuousClock.now
    private var epochPictures = 0
    private var windowStart = ContinuousClock.now
    private var windowPictures = 0
    private(set) var recent = 0.0

    mutating func begin() {
        epochStart = .now
        epochPictures = 0
        windowStart = epochStart
        windowPictures = 0
    }

    mutating func add(pictures: Int) {
        epochPictures += pictures
        windowPictures += pictures
        let window = windowStart.duration(to: .now)
        guard recent == 0 || window > .seconds(2) else { return }
        recent = Double(windowPictures) / max(window / .seconds(1), 1e-9)
        guard window > .seconds(2) else { return }
        windowStart = .now
        windowPictures = 0
    }

    /// Pictures a second since the epoch (or the resumed part of it) began.
    var epoch: Double { Double(epochPictures) / max(epochStart.duration(to: .now) / .seconds(1), 1e-9) }
}
