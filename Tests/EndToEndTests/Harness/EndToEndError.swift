/// Why a test could not go on.
enum EndToEndError: Error {
    case programMissing(path: String)
    case noAddress(log: String)
    case timeIsUp(waitingFor: String, last: String)
    case programFailed(arguments: [String], status: Int32, errors: String)
}
