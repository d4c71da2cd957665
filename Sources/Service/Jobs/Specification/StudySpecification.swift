import Base

/// Train a grid of datasets × networks × methods × seeds and compare (`learning.md` section 9). The trainings are jobs of their own, each with its whole
/// ``TrainSpecification``; what they have in common stands there.
package struct StudySpecification: Codable, Sendable, Equatable {
    package let datasets: [ResourceName]
    /// The frozen revision of each dataset, in their order; empty until the service has frozen them.
    package var revisions: [Int]
    package let networks: [String]
    package let methods: [TrainSpecification.Method]
    package let seeds: [UInt64]
    package let priority: Int

    /// What a study may ask for.
    package enum Limits {
        /// Half of the queue, so that one study leaves room for others.
        package static let trainings = 500
        package static let datasets = 100
        package static let seeds = 100
    }

    /// Three: the fewest with a spread worth the name.
    package static let defaultSeeds: [UInt64] = [1, 2, 3]

    package init(
        datasets: [ResourceName], revisions: [Int] = [], networks: [String], methods: [TrainSpecification.Method],
        seeds: [UInt64] = defaultSeeds, priority: Int = TrainSpecification.Defaults.priority
    ) {
        self.datasets = datasets
        self.revisions = revisions
        self.networks = networks
        self.methods = methods
        self.seeds = seeds
        self.priority = priority
    }
}
