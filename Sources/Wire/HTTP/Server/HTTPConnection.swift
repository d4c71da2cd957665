import Sockets

/// The thin shell around a ``ConnectionMachine``: one socket, at most one handler's task.
///
/// `@unchecked Sendable`. Safe because its state is touched on the loop's thread only; a handler's task that has left it comes back through `async`.
final class HTTPConnection: @unchecked Sendable {
    let loop: EventLoop
    private let stream: SocketStream
    private var machine: ConnectionMachine
    private var actions: [ConnectionAction] = []
    private let peer: String
    private var body: RequestBody?
    private var task: Task<Void, Never>?
    /// A writer that waits for the client to take bytes.
    private var writer: CheckedContinuation<Void, any Error>?
    /// Whether the answer in flight is to be ended when the server drains.
    private var endsOnDrain = false

    init(stream: SocketStream, loop: EventLoop) {
        self.stream = stream
        self.loop = loop
        peer = stream.peer?.host ?? "unknown"
        let services = loop.services
        let surroundings = ConnectionSurroundings(makeRequestID: services.makeRequestID, date: services.date, peer: peer)
        machine = ConnectionMachine(limits: services.configuration.limits, surroundings: surroundings, now: .now)
    }

    func open() {
        stream.activate(onReadable: { self.readable() }, onWritable: { self.writable() })  // the cycle ends with `close()`
        stream.setReading(true)
    }

    /// Whether nothing was under way for a while.
    var canMakeRoom: Bool { machine.canMakeRoom(at: .now) }
    var restsSince: ContinuousClock.Instant { machine.restsSince }

    /// Closes the connection if it still rests once everything is read that has come.
    func makeRoom() {
        readable()
        if canMakeRoom { take(.drain) }
    }

    func drain() {
        take(.drain)
        if endsOnDrain { task?.cancel() }
    }

    /// Feeds the machine and does what it says. On the loop.
    func take(_ event: ConnectionEvent) {
        precondition(loop.sockets.isCurrent)
        machine.handle(event, at: .now, into: &actions)
        while !actions.isEmpty {
            let batch = actions
            actions.removeAll(keepingCapacity: true)
            var hasSent = false
            for action in batch {
                if case .send = action { hasSent = true }
                perform(action)
            }
            if hasSent { flush() }
        }
        stream.setReading(machine.wantsInput)
        if stream.holdsBack, machine.worthWaitingFor == 1 { stream.setLowWater(1) }
        if writer != nil, stream.waiting <= machine.limits.outputBytes / 2 { releaseWriter(.success(())) }
    }

    /// Time passed.
    func tick() {
        if stream.holdsBack { readable() }  // a slow client's bytes count when they come
        take(.tick)
    }

    private func flush() {
        do {
            let taken = try stream.flush()
            machine.handle(.wrote(waiting: stream.waiting, taken: taken), at: .now, into: &actions)
        } catch {
            machine.handle(.lost, at: .now, into: &actions)
        }
    }

    private func readable() {
        read()
        // Only for what has not come yet: most bodies have, by the time they are read.
        stream.setLowWater(machine.worthWaitingFor)
    }

    private func read() {
        // A few reads a turn: an upload moves fast, and the loop's other connections do not starve.
        for _ in 0..<4 where machine.wantsInput {
            // Of a request little is read at first: the rest of its body then goes straight to its reader.
            let direct = min(machine.directBytes, Self.directRead)
            let room = UnsafeMutableRawBufferPointer(rebasing: machine.phase == .head ? loop.buffer[..<Self.headRead] : loop.buffer[...])
            let input = direct > 0 ? readDirectly(direct) : stream.read(into: room)
            switch input {
            case .bytes(let count):
                if direct > 0 {
                    take(.receivedDirectly(count))
                } else {
                    take(.received(UnsafeRawBufferPointer(rebasing: room[..<count]).assumingMemoryBound(to: UInt8.self)))
                }
                if count < (direct > 0 ? direct : room.count) { return }
            case .end: return take(.peerFinished)
            case .nothingYet: return
            case .failed: return take(.lost)
            }
        }
    }

    /// Bytes that are read straight into a body at once: most pictures whole.
    private static let directRead = 128 << 10
    /// Bytes that are read where a head is expected: any usual head, and a small body with it.
    private static let headRead = 4096

    private func readDirectly(_ limit: Int) -> SocketStream.Input {
        guard let body else { return .nothingYet }
        var input = SocketStream.Input.nothingYet
        _ = body.fill(limit) { room in
            input = stream.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<limit]))
            if case .bytes(let count) = input { return count }
            return 0
        }
        return input
    }

    private func writable() {
        flush()
        take(.tick)  // does what the flush brought
    }

    private func perform(_ action: ConnectionAction) {
        switch action {
        case .begin(let exchange, let head, let id, let initial): begin(exchange, head, id, initial)
        case .deliver(let bytes): body?.deliver(bytes)
        case .endBody: body?.finish()
        case .failBody(let error): body?.fail(error)
        case .cancelHandler:
            releaseWriter(.failure(HTTPError.clientGone))
            task?.cancel()
            endHandler()
        case .finishHandler:
            releaseWriter(.success(()))
            endHandler()
        case .send(let bytes): stream.enqueue(bytes)
        case .log(let record): loop.services.configuration.accessLog?(record)
        case .finishSending: stream.finishSending()
        case .close:
            stream.close()
            loop.remove(self)
        }
    }

    private func endHandler() {
        task = nil
        body = nil
        endsOnDrain = false
    }

    // MARK: The handler

    private func begin(_ exchange: Int, _ head: RequestHead, _ id: String, _ initial: ConnectionAction.InitialBody) {
        let body: RequestBody
        switch initial {
        case .complete(let bytes):
            let length: Int? = if case .length(let length) = head.framing { length } else { nil }
            body = RequestBody(bytes: bytes, declaredLength: length)
        case .open(let length):
            body = RequestBody(declaredLength: length) { [weak self] took in self?.post(.bodyWanted(exchange: exchange, took: took)) }
        }
        self.body = body
        let request = ServerRequest(head: head.request, target: head.target, body: body, id: id, peer: peer)
        let handler = loop.services.handler
        task = Task(executorPreference: loop.sockets) {
            await AnswerSender(connection: self, exchange: exchange, request: request).send(handler(request))
        }
    }

    /// Gives the machine an event from the handler's task.
    func post(_ event: HandlerEvent) {
        loop.sockets.async { [self] in
            if case .respond(_, _, let endsOnDrain) = event {
                self.endsOnDrain = endsOnDrain
                if endsOnDrain, machine.isDraining { task?.cancel() }
            }
            take(event.connectionEvent)
        }
    }

    /// Gives the machine a piece of the answer. Returns when there is room for another.
    ///
    /// - Throws: ``HTTPError/clientGone``.
    func write(_ bytes: [UInt8], exchange: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            loop.sockets.async { [self] in
                take(.responsePiece(exchange: exchange, bytes))
                guard machine.phase == .exchange, machine.exchange?.number == exchange else {
                    return continuation.resume(throwing: HTTPError.clientGone)
                }
                guard stream.waiting > machine.limits.outputBytes, writer == nil else { return continuation.resume() }
                writer = continuation
            }
        }
    }

    private func releaseWriter(_ result: Result<Void, any Error>) {
        guard let writer else { return }
        self.writer = nil
        writer.resume(with: result)
    }
}
