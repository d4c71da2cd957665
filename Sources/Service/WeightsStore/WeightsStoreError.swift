import Engine

/// Why weights cannot be taken in, found or fetched: what was got and what is allowed.
package enum WeightsStoreError: Error, Sendable, Equatable {
    /// One tensor that does not fit.
    package struct Fault: Sendable, Equatable {
        /// `missing_tensor`, `unexpected_tensor`, `wrong_shape`; stable between releases.
        package let code: String
        package let tensor: String
        package let detail: String
    }

    case unknownNetwork(got: String, known: [String])
    /// The file's tensors are not the network's parameters; every fault at once.
    case unfit(network: String, faults: [Fault])
    case noSuchWeights(String)
    /// The stored file is not the one whose digest was noted when it was taken in.
    case changed(name: String, got: String, expected: String)
    case invalidAddress(String)
    case notPublished(network: String, known: [String])
    case refusedByServer(address: String, status: Int)
    case badAnswer(address: String, detail: String)
    case badRedirect(from: String, to: String, reason: String)
    /// `got` is nil where the server did not tell a length.
    case tooLarge(address: String, got: Int?, limit: Int)
    case wrongDigest(address: String, got: String, expected: String)
    case noConnection(address: String, reason: String)

    /// The faults of an engine's error; nil for any other error.
    static func unfit(_ error: EngineError, network: String) -> WeightsStoreError? {
        guard case .parameters(let missing, let unexpected, let wrongShape) = error else { return nil }
        let faults =
            wrongShape.map {
                Fault(code: "wrong_shape", tensor: $0.name, detail: "\($0.name) has shape \($0.got), \(network) needs \($0.expected)")
            }
            + missing.map { Fault(code: "missing_tensor", tensor: $0, detail: "\($0) is missing") }
            + unexpected.map { Fault(code: "unexpected_tensor", tensor: $0, detail: "\(network) has no \($0)") }
        return .unfit(network: network, faults: faults)
    }
}

extension WeightsStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownNetwork(let got, let known): "'\(got)' is no network; known are \(known.joined(separator: ", "))"
        case .unfit(let network, let faults):
            "the file does not hold the weights of \(network): \(faults.count) faults\n"
                + faults.map { "  \($0.detail)" }.joined(separator: "\n")
        case .noSuchWeights(let name): "there are no weights '\(name)'"
        case .changed(let name, let got, let expected): "\(name) was changed since it was stored: SHA-256 \(got), noted was \(expected)"
        case .invalidAddress(let address): "'\(address)' is no address; allowed are http://… and https://… without query and fragment"
        case .notPublished(let network, let known):
            "no file is known to be published for '\(network)'; there are some for \(known.joined(separator: ", "))"
        case .refusedByServer(let address, let status): "\(address) answered with status \(status)"
        case .badAnswer(let address, let detail): "\(address): \(detail)"
        case .badRedirect(let from, let to, let reason): "\(from) leads to \(to): \(reason)"
        case .tooLarge(let address, let got, let limit):
            "\(address) has \(got.map { "\($0) bytes" } ?? "more bytes than that"); at most \(limit) are fetched (--limit)"
        case .wrongDigest(let address, let got, let expected):
            "\(address) is not the published file: SHA-256 \(got), expected \(expected); what was fetched is deleted"
        case .noConnection(let address, let reason): "\(address): \(reason); what was fetched is kept, the same command goes on from there"
        }
    }
}
