/// Why a call of this library did not do what it was asked.
///
/// Each case says what was got and what is allowed; ``description`` is the sentence for a person.
public enum AliquotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One thing that is wrong with the options of a training or a quantisation.
    public struct Fault: Sendable, Equatable {
        /// The field, by its name in the HTTP interface: `epochs`, `quantisation.max_drop`.
        public let field: String
        /// A word that does not change between releases: `out_of_range`, `unknown_field`, `too_few_labels` and so on.
        public let code: String
        /// What was got and what is allowed.
        public let detail: String

        package init(field: String, code: String, detail: String) {
            self.field = field
            self.code = code
            self.detail = detail
        }
    }

    /// The options, or options and pictures together, cannot work: everything that is wrong, never empty.
    case invalid([Fault])
    /// The pictures are not there, or cannot be taken in.
    case pictures(path: String, reason: String)
    /// The output folder holds something else than a run of this library.
    case outputNotEmpty(path: String)
    /// The output folder holds another run: what differs.
    case outputOfAnotherRun(path: String, differences: [String])
    /// Another process works in the output folder.
    case outputInUse(path: String)
    /// A training, a quantisation or an evaluation gave up, with the code of the reason: `diverged`, `quantisation_refused`, `unreadable_picture`, `disk_full` and so on.
    case failed(code: String, title: String, detail: String)
    /// The model's files are missing, damaged or not what their manifest says.
    case model(path: String, reason: String)
    /// The picture is none, or beyond the limits.
    case picture(name: String, reason: String)
    /// The pictures bear labels that the model has no class for.
    case unknownClasses([String], known: [String])
    /// A file could not be read or written; a call of the system failed.
    case system(reason: String)
    /// The task was cancelled. A training has kept its checkpoint.
    case cancelled

    public var description: String {
        switch self {
        case .invalid(let faults): faults.map { "\($0.field): \($0.detail)" }.joined(separator: "\n")
        case .pictures(let path, let reason): "the pictures in \(path): \(reason)"
        case .outputNotEmpty(let path): "the output \(path) holds other files; name a new or empty folder"
        case .outputOfAnotherRun(let path, let differences):
            "the output \(path) holds another run (\(differences.joined(separator: "; "))); name another folder, or remove this one"
        case .outputInUse(let path): "another process works in \(path)"
        case .failed(_, let title, let detail): "\(title): \(detail)"
        case .model(let path, let reason): "the model in \(path): \(reason)"
        case .picture(let name, let reason): "\(name): \(reason)"
        case .unknownClasses(let got, let known):
            "the model has no class for \(got.joined(separator: ", ")); it knows \(known.joined(separator: ", "))"
        case .system(let reason): reason
        case .cancelled: "stopped"
        }
    }
}
