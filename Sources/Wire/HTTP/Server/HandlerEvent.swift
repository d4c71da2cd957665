/// What a handler's task tells its connection; unlike ``ConnectionEvent`` it can cross threads.
enum HandlerEvent: Sendable {
    case bodyWanted(exchange: Int, took: Int)
    case respond(exchange: Int, ResponseStart, endsOnDrain: Bool)
    case responseEnd(exchange: Int)
    case responseFailed(exchange: Int)

    var connectionEvent: ConnectionEvent {
        switch self {
        case .bodyWanted(let exchange, let took): .bodyWanted(exchange: exchange, took: took)
        case .respond(let exchange, let start, _): .respond(exchange: exchange, start)
        case .responseEnd(let exchange): .responseEnd(exchange: exchange)
        case .responseFailed(let exchange): .responseFailed(exchange: exchange)
        }
    }
}
