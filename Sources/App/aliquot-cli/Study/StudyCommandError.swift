import Jobs

/// Why `aliquot study` has no report to show.
enum StudyCommandError: Error, Equatable, CustomStringConvertible {
    /// The file is no study: every fault, with its place.
    case wrongFile(path: String, faults: [String])
    /// The output folder was begun with another file, whose results it would silently give.
    case otherStudy(folder: String)
    case failed(JobState, JobFailure?)

    var description: String {
        switch self {
        case .wrongFile(let path, let faults): "\(path) is no study that can be run:\n\(faults.joined(separator: "\n"))"
        case .otherStudy(let folder): "\(folder) holds another study (study.json); take another --output, or remove it"
        case .failed(let state, let failure): failure.map { "\($0.title): \($0.detail)" } ?? "the study is \(state.rawValue)"
        }
    }
}
