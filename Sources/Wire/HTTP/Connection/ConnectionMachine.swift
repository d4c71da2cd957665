import HTTPTypes

/// The life of one server connection as a pure value: events and a time in, actions out. Source: RFC 9112.
///
/// ```
///            bytes                 head complete                answered, kept
///  idle ------------> reading head -------------> exchange ----------------------> draining --> idle
///    | timeout, EOF        | fault                    | answered, to be closed       (rest of the body)
///    v                     v                          v
///  closed <----------- lingering <---- FIN ----- finishing (output waits for the client)
/// ```
/// Invariants:
/// 1. At most one exchange at a time: answers leave in the order of the requests (section 9.3.2).
/// 2. Input is read only as far as someone wants it: a head, a body with a reader, a bounded number of pipelined bytes, or to be thrown away.
/// 3. After a framing fault no further byte of input is interpreted.
/// 4. `close` is emitted once and last.
struct ConnectionMachine {
    enum Phase: Equatable {
        /// Between requests or inside a head.
        case head
        case exchange
        /// The answer is out and the rest of its request's body is thrown away, to keep the connection.
        case draining
        /// The last answer waits for the client to take it.
        case finishing
        /// FIN is sent; input is thrown away so that no reset destroys the answer (section 9.6).
        case lingering
        case closed
    }

    let limits: ConnectionLimits
    let surroundings: ConnectionSurroundings
    var phase = Phase.head
    var input = InputBuffer()
    var scanner = RequestHeadScanner()
    var exchange: Exchange?
    var exchanges = 0
    var isDraining = false
    var peerHasFinished = false
    /// Whether bytes that were sent still wait for the client.
    var outputWaits = false
    /// Empty lines before a request (section 2.2).
    var emptyLines = 0
    /// The deadline of the phase: idle or head, body, lingering.
    var deadline: ContinuousClock.Instant?
    /// Whether `deadline` runs since the first byte of a head.
    var isInsideHead = false
    /// Since when nothing is under way: the accept, or the last answer.
    var restsSince: ContinuousClock.Instant
    var writeDeadline: ContinuousClock.Instant?
    /// Bytes that the client took since `writeDeadline` was last set.
    var takenSinceDeadline = 0

    init(limits: ConnectionLimits, surroundings: ConnectionSurroundings, now: ContinuousClock.Instant) {
        self.limits = limits
        self.surroundings = surroundings
        restsSince = now
        deadline = now + limits.headTimeout  // a client that connects has something to say
    }

    /// Whether the shell should read from the socket.
    var wantsInput: Bool {
        guard !peerHasFinished else { return false }
        switch phase {
        case .head, .draining, .finishing, .lingering: return true
        case .exchange:
            guard let exchange, exchange.body == .open else { return exchange?.body == .complete && input.count < limits.pipelinedBytes }
            return exchange.isWanted && exchange.credit > 0
        case .closed: return false
        }
    }

    /// How many bytes the system may gather before it tells of them: fewer turns for a body. They are counted on every tick all the same.
    var worthWaitingFor: Int { max(1, directBytes) }

    /// How many of the next bytes are nothing but the body, wanted now: the shell may read them straight into the reader's memory.
    var directBytes: Int { phase == .exchange && input.isEmpty ? exchange?.directBytes ?? 0 : 0 }

    /// Between requests, with nothing begun.
    var isIdle: Bool { phase == .head && !isInsideHead }

    /// Whether it may be closed to make room.
    func canMakeRoom(at now: ContinuousClock.Instant) -> Bool { isIdle && now - restsSince >= limits.sparedRest }

    /// Takes one event and appends what is to be done.
    mutating func handle(_ event: ConnectionEvent, at now: ContinuousClock.Instant, into actions: inout [ConnectionAction]) {
        guard phase != .closed else { return }
        switch event {
        case .received(let bytes): receive(bytes, now, &actions)
        case .receivedDirectly(let count): receiveDirectly(count, now, &actions)
        case .peerFinished: peerFinished(now, &actions)
        case .lost, .abort: lose(now, &actions)
        case .bodyWanted(let number, let took): bodyWanted(number, took, now, &actions)
        case .respond(let number, let start): if number == exchange?.number { respond(start, now, &actions) }
        case .responsePiece(let number, let bytes): if number == exchange?.number { sendPiece(bytes, now, &actions) }
        case .responseEnd(let number): if number == exchange?.number { endAnswer(now, &actions) }
        case .responseFailed(let number): if number == exchange?.number { lose(now, &actions) }
        case .wrote(let waiting, let taken): wrote(waiting, taken, now, &actions)
        case .tick: tick(now, &actions)
        case .drain:
            isDraining = true
            if isIdle { close(&actions) } else if exchange?.answer == Exchange.Answer.none { exchange?.keepsAlive = false }
        }
    }

    mutating func close(_ actions: inout [ConnectionAction]) {
        phase = .closed
        deadline = nil
        writeDeadline = nil
        actions.append(.close)
    }

    /// The client is gone, or must go.
    private mutating func lose(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        if let exchange, phase == .exchange {
            if exchange.body == .open { actions.append(.failBody(.clientGone)) }
            actions.append(.cancelHandler)
            actions.append(.log(exchange.record(peer: surroundings.peer, complete: false, now: now)))
        }
        exchange = nil
        close(&actions)
    }

    private mutating func peerFinished(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard !peerHasFinished else { return }
        peerHasFinished = true
        switch phase {
        case .head:
            if isInsideHead { refuse(.incompleteHead, now, &actions) } else { close(&actions) }
        case .exchange:
            guard exchange?.body == .open else { return }  // a half-closed client still wants its answer
            failBody(.bodyCutShort(got: exchange?.received ?? 0), &actions)
        case .draining, .lingering: close(&actions)
        case .finishing, .closed: break
        }
    }

    private mutating func wrote(_ waiting: Int, _ taken: Int, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        outputWaits = waiting > 0
        if !outputWaits {
            writeDeadline = nil
            if phase == .finishing { finishSending(now, &actions) }
            return
        }
        takenSinceDeadline += taken
        if writeDeadline == nil || takenSinceDeadline >= limits.progressBytes {
            writeDeadline = now + limits.writeTimeout
            takenSinceDeadline = 0
        }
    }

    private mutating func tick(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        if let writeDeadline, now >= writeDeadline { return lose(now, &actions) }
        guard let deadline, now >= deadline else { return }
        switch phase {
        case .head:
            if isInsideHead { refuse(.headTimeout(after: limits.headTimeout), now, &actions) } else { close(&actions) }
        case .exchange:
            self.deadline = nil
            failBody(.bodyTimeout(after: limits.bodyTimeout), &actions)
        case .draining, .lingering: close(&actions)
        case .finishing, .closed: break
        }
    }

    /// Everything is with the client: FIN, then listen a little.
    mutating func finishSending(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        actions.append(.finishSending)
        guard !peerHasFinished else { return close(&actions) }
        phase = .lingering
        deadline = now + limits.lingerTimeout
    }
}
