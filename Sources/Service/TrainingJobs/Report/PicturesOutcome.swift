/// How many pictures a job used, by what for.
struct PicturesOutcome: Sendable, Codable {
    let training: Int
    let validation: Int
    /// `dataset`, or `split` where a fifth of the labelled pictures was set aside.
    let validationSource: String
    let unlabelled: Int
    /// Unlabelled ones whose class the evaluator knows.
    let hiddenLabels: Int
    let test: Int

    private enum CodingKeys: String, CodingKey {
        case training, validation, unlabelled, test
        case validationSource = "validation_source"
        case hiddenLabels = "hidden_labels"
    }

    init(_ pictures: JobPictures) {
        training = pictures.training.count
        validation = pictures.validation.count
        validationSource = pictures.validationWasSplit ? "split" : "dataset"
        unlabelled = pictures.unlabelled.count
        hiddenLabels = pictures.hidden.count
        test = pictures.test.count
    }
}
