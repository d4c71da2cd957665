import Jobs

/// `result/report.json` of a study: every training, what the seeds spread over, and the comparisons.
struct StudyReport: Sendable, Codable {
    var format = 1
    let specification: StudySpecification
    /// `test`; `validation` where a dataset has no test pictures.
    let evaluatedOn: [String]
    let trainings: [StudyRow]
    let cells: [StudyCell]
    let comparisons: [StudyComparison]
    let points: [StudyPoint]
    let notes: [String]

    private enum CodingKeys: String, CodingKey {
        case format, specification, trainings, cells, comparisons, points, notes
        case evaluatedOn = "evaluated_on"
    }
}
