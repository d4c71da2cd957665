import HTTPTypes

/// What goes to the client.
extension ConnectionMachine {
    mutating func send(_ bytes: [UInt8], _ actions: inout [ConnectionAction]) {
        exchange?.sent += bytes.count
        outputWaits = true  // until the shell says otherwise
        actions.append(.send(bytes))
    }

    mutating func respond(_ start: ResponseStart, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard var exchange, exchange.answer == .none, let head = exchange.head else { return }
        let framing = framing(of: start, for: head)
        if framing == .untilClose || isDraining || start.fields[.connection]?.lowercased() == "close" { exchange.keepsAlive = false }
        if exchange.body == .open, exchange.owesContinue || (exchange.decoder.remaining ?? Int.max) > limits.drainBytes {
            // RFC 9110 section 10.1.1 and RFC 9112 section 9.3: a body that nobody will read ends the connection, unless its rest is small.
            exchange.keepsAlive = false
        }
        exchange.owesContinue = false
        exchange.status = start.status.code
        let isBodiless = head.request.method == .head || framing == .none
        exchange.answer =
            switch framing {
            case _ where isBodiless: .withoutBody
            case .length(let length): .length(remaining: length)
            case .chunked: .chunked
            case .none, .untilClose: .untilClose
            }
        let body = isBodiless ? nil : start.body
        // One write for a head and a small body; a large one is not copied.
        let joins = (body?.count ?? 0) <= 32 << 10
        let connection: StaticString? = exchange.keepsAlive ? (head.minorVersion == 0 ? "keep-alive" : nil) : "close"
        var bytes = ResponseHeadWriter.write(
            status: start.status, fields: start.fields, framing: framing, date: surroundings.date(), connection: connection,
            requestID: exchange.id,
            room: joins ? body?.count ?? 0 : 0)
        if joins, let body { bytes += body }
        self.exchange = exchange
        send(bytes, &actions)
        if !joins, let body { send(body, &actions) }
        guard start.body != nil else { return }
        if case .length = exchange.answer { self.exchange?.answer = .length(remaining: 0) }
        endAnswer(now, &actions)
    }

    private func framing(of start: ResponseStart, for head: RequestHead) -> ResponseHeadWriter.Framing {
        // RFC 9110 section 8.6: no Content-Length with 1xx and 204; for 304 we know no length of the 200.
        if start.status.code < 200 || start.status.code == 204 || start.status.code == 304 { return .none }
        if let length = start.length { return .length(length) }
        return head.minorVersion >= 1 ? .chunked : .untilClose  // RFC 9112 section 6.1: no chunks for HTTP/1.0
    }

    mutating func sendPiece(_ bytes: [UInt8], _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard !bytes.isEmpty else { return }
        switch exchange?.answer {
        case .length(let remaining):
            // More than was promised would be read as the next answer: cut.
            guard bytes.count <= remaining else { return handle(.responseFailed(exchange: exchanges), at: now, into: &actions) }
            exchange?.answer = .length(remaining: remaining - bytes.count)
            send(bytes, &actions)
        case .chunked:
            if bytes.count <= 16 << 10 {
                send(ResponseHeadWriter.chunkHead(bytes.count) + bytes + [13, 10], &actions)
            } else {
                send(ResponseHeadWriter.chunkHead(bytes.count), &actions)
                send(bytes, &actions)
                send([13, 10], &actions)
            }
        case .untilClose: send(bytes, &actions)
        case .withoutBody, .some(.none), nil: break
        }
    }

    /// The handler has given everything.
    mutating func endAnswer(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        switch exchange?.answer {
        case .some(.none), nil: return
        case .length(let remaining) where remaining > 0: return handle(.responseFailed(exchange: exchanges), at: now, into: &actions)
        case .chunked: send(ResponseHeadWriter.lastChunk, &actions)
        case .length, .untilClose, .withoutBody: break
        }
        guard let exchange else { return }
        if exchange.body == .open { actions.append(.failBody(.bodyUnavailable)) }
        actions.append(.finishHandler)
        actions.append(.log(exchange.record(peer: surroundings.peer, complete: true, now: now)))
        guard exchange.keepsAlive, !isDraining else { return finish(now, &actions) }
        guard exchange.body == .open else { return nextRequest(now, &actions) }
        phase = .draining
        deadline = now + limits.bodyTimeout
        advanceBody(now, &actions)
    }

    /// Nothing more will be said. Where output may wait, the shell's `wrote` leads on.
    private mutating func finish(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        exchange = nil
        phase = .finishing
        deadline = nil
        if !outputWaits { finishSending(now, &actions) }
    }

    /// The connection is free for another request, which may already be here.
    mutating func nextRequest(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        exchange = nil
        phase = .head
        isInsideHead = false
        restsSince = now
        deadline = now + limits.idleTimeout
        if input.isEmpty { input.shrink() } else { readHead(now, &actions) }
        guard phase == .head, !isInsideHead else { return }
        if isDraining || peerHasFinished { finish(now, &actions) }
    }

    /// Answers a request that no handler will see, and ends the connection.
    mutating func refuse(_ fault: RequestFault, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        let id = surroundings.makeRequestID()
        var problem = fault.problem
        problem.requestID = id
        let response = ServerResponse.problem(problem)
        guard case .bytes(let body) = response.body else { return close(&actions) }
        var bytes = ResponseHeadWriter.write(
            status: response.status, fields: response.fields, framing: .length(body.count), date: surroundings.date(), connection: "close",
            requestID: id,
            room: body.count)
        bytes += body
        exchanges += 1
        exchange = Exchange(
            number: exchanges, id: id, head: nil, began: now, decoder: BodyDecoder(.none, limits: limits), keepsAlive: false)
        exchange?.status = response.status.code
        send(bytes, &actions)
        if let exchange { actions.append(.log(exchange.record(peer: surroundings.peer, complete: true, now: now))) }
        finish(now, &actions)
    }
}
