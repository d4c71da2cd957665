/// Why a model cannot be written in another format.
package enum ModelExportError: Error, Sendable, Equatable {
    /// The model has no int8 form.
    case noInt8(reasons: [String])
    /// Weights that the network needs are not in the model.
    case missing(String)
    case wrongCount(what: String, got: Int, expected: Int)
    case unsupported(what: String)
}

extension ModelExportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noInt8(let reasons): "the model has no int8 form" + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; "))
        case .missing(let name): "the model has no \(name)"
        case .wrongCount(let what, let got, let expected): "\(got) \(what); expected are \(expected)"
        case .unsupported(let what): "\(what) cannot be exported"
        }
    }
}
