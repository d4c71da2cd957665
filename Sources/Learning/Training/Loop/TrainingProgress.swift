/// Where a training stands, after every step.
package struct TrainingProgress: Sendable, Equatable {
    /// From 1.
    package let epoch: Int
    package let epochs: Int
    /// From 1, within the epoch.
    package let step: Int
    package let stepsPerEpoch: Int
    /// Steps done of all steps, 0…1.
    package let fraction: Double
    /// Training pictures a second over the last steps.
    package let imagesPerSecond: Double

    package init(epoch: Int, epochs: Int, step: Int, stepsPerEpoch: Int, fraction: Double, imagesPerSecond: Double) {
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.stepsPerEpoch = stepsPerEpoch
        self.fraction = fraction
        self.imagesPerSecond = imagesPerSecond
    }
}
