package enum NetworkError: Error, Sendable, Equatable {
    case unknown(name: String, known: [String])
}
