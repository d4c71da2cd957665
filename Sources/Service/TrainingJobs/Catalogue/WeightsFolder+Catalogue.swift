import Foundation
import Networks
import WeightsStore

extension WeightsFolder {
    /// A folder of weights of the networks of the catalogue.
    package static func standard(in directory: URL) -> WeightsFolder {
        WeightsFolder(directory: directory, networks: NetworkCatalogue.all.map(\.name)) { try NetworkCatalogue.graph($0, classes: 1000) }
    }
}
