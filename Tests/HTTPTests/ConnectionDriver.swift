import HTTPTypes
import Testing

@testable import HTTP

/// Drives a ``ConnectionMachine`` with a fake clock and no socket.
struct ConnectionDriver {
    private(set) var machine: ConnectionMachine
    private(set) var now: ContinuousClock.Instant
    /// Everything that the machine ever asked for.
    private(set) var actions: [ConnectionAction] = []
    /// Whether the client takes what is sent at once.
    var clientReads = true

    init(_ limits: ConnectionLimits = ConnectionLimits()) {
        let surroundings = ConnectionSurroundings(makeRequestID: { "made" }, date: { Array("today".utf8) }, peer: "peer")
        now = .now
        machine = ConnectionMachine(limits: limits, surroundings: surroundings, now: now)
    }

    /// Feeds one event, and then tells the machine what the socket took; gives the new actions.
    @discardableResult
    mutating func take(_ event: ConnectionEvent) -> [ConnectionAction] {
        var new: [ConnectionAction] = []
        machine.handle(event, at: now, into: &new)
        let sent = new.contains { if case .send = $0 { true } else { false } }
        if sent { machine.handle(.wrote(waiting: clientReads ? 0 : 1, taken: clientReads ? 1 : 0), at: now, into: &new) }
        actions += new
        return new
    }

    @discardableResult
    mutating func receive(_ text: String) -> [ConnectionAction] {
        Array(text.utf8).withUnsafeBufferPointer { take(.received($0)) }
    }

    /// Lets time pass.
    @discardableResult
    mutating func wait(_ time: Duration) -> [ConnectionAction] {
        now += time
        return take(.tick)
    }

    /// The handler answers with a whole body.
    @discardableResult
    mutating func answer(_ number: Int, _ text: String = "ok", status: HTTPResponse.Status = .ok) -> [ConnectionAction] {
        take(.respond(exchange: number, ResponseStart(status: status, fields: [:], length: text.utf8.count, body: Array(text.utf8))))
    }

    /// All bytes that were sent.
    var sent: String {
        String(decoding: actions.reduce(into: [UInt8]()) { if case .send(let bytes) = $1 { $0 += bytes } }, as: UTF8.self)
    }

    /// All content that was delivered to handlers.
    var delivered: String {
        let bytes = actions.reduce(into: [UInt8]()) { all, action in
            switch action {
            case .deliver(let bytes), .begin(_, _, _, .complete(let bytes)): all += bytes
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The paths of the requests that handlers got.
    var begun: [String] {
        actions.compactMap { if case .begin(_, let head, _, _) = $0 { head.request.path } else { nil } }
    }

    func has(_ action: ConnectionAction) -> Bool { actions.contains(action) }
}
