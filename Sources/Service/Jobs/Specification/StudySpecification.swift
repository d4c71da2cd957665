import Base

/// Train a grid of datasets × networks × methods × seeds and compare (`learning.md` section 9). The trainings are jobs of their own, each with its whole
/// ``TrainSpecification``; what they have in common stands there.
package struct StudySpecification: Codable, Sendable, Equatable {
    package let datasets: [ResourceName]
    /// The frozen revision of each dataset, in their order; empty until the service has frozen them.
    package var revisions: [Int]
    package let networks: [String]
    package let methods: [TrainSpecification.Method]
    /// Networks that are trained on labels alone, whatever the methods are: what compact ones are held against.
    package let standardNetworks: [String]
    package let seeds: [UInt64]
    package let priority: Int

    private enum CodingKeys: String, CodingKey {
        case datasets, revisions, networks, methods, seeds, priority
        case standardNetworks = "standard_networks"
    }

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
        standardNetworks: [String] = [], seeds: [UInt64] = defaultSeeds, priority: Int = TrainSpecification.Defaults.priority
    ) {
        self.datasets = datasets
        self.revisions = revisions
        self.networks = networks
        self.methods = methods
        self.standardNetworks = standardNetworks
        self.seeds = seeds
        self.priority = priority
    }

    /// What is compared: networks with the methods they are trained by.
    package var columns: [(network: String, method: TrainSpecification.Method)] {
        networks.flatMap { network in methods.map { (network, $0) } } + standardNetworks.map { ($0, .supervised) }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            datasets: try container.decode([ResourceName].self, forKey: .datasets),
            revisions: try container.decode([Int].self, forKey: .revisions),
            networks: try container.decode([String].self, forKey: .networks),
            methods: try container.decode([TrainSpecification.Method].self, forKey: .methods),
            // Absent in studies of an earlier release.
            standardNetworks: try container.decodeIfPresent([String].self, forKey: .standardNetworks) ?? [],
            seeds: try container.decode([UInt64].self, forKey: .seeds), priority: try container.decode(Int.self, forKey: .priority))
    }
}
