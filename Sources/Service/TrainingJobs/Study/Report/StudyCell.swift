import Evaluation

/// One place of the grid over its seeds.
struct StudyCell: Sendable, Codable, Equatable {
    let dataset: String
    let network: String
    let method: String
    let macroF1: SampleMoments
    let accuracy: SampleMoments

    private enum CodingKeys: String, CodingKey {
        case dataset, network, method, accuracy
        case macroF1 = "macro_f1"
    }
}
