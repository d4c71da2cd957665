import HTTPTypes

/// What comes from the client.
extension ConnectionMachine {
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        switch phase {
        case .head:
            input.append(bytes)
            readHead(now, &actions)
        case .exchange, .draining:
            if let body = exchange?.body, body == .open {
                receiveBody(bytes, now, &actions)
            } else if exchange?.body == .complete {
                input.append(bytes)  // pipelined; the shell stops reading at the limit
            }
        case .finishing, .lingering, .closed: break  // thrown away
        }
    }

    /// Reads as far as a complete head.
    mutating func readHead(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        do throws(RequestFault) {
            try skipEmptyLines()
            // A lone CR may be half an empty line.
            guard !input.isEmpty, isInsideHead || input.count > 1 || input.withBytes({ $0[0] != 13 }) else { return }
            if !isInsideHead {
                isInsideHead = true
                deadline = now + limits.headTimeout
            }
            let limits = limits
            var scanner = scanner
            let head = try input.withBytes { bytes throws(RequestFault) -> (RequestHead, Int)? in
                guard let end = try scanner.end(in: bytes, limits: limits) else { return nil }
                return (try RequestHeadParser.parse(UnsafeBufferPointer(rebasing: bytes[..<end]), limits: limits), end)
            }
            self.scanner = scanner
            guard let (head, length) = head else {
                if peerHasFinished { refuse(.incompleteHead, now, &actions) }
                return
            }
            input.consume(length)
            begin(head, now, &actions)
        } catch {
            refuse(error, now, &actions)
        }
    }

    /// RFC 9112 section 2.2: a server should ignore an empty line before a request. Two at most: clients of the nineties sent one.
    private mutating func skipEmptyLines() throws(RequestFault) {
        guard !isInsideHead else { return }
        while !input.isEmpty {
            let lead = input.withBytes { bytes in bytes[0] != 13 ? 0 : bytes.count == 1 ? 1 : bytes[1] == 10 ? 2 : 3 }
            guard lead >= 2 else { break }
            emptyLines += 1
            guard lead == 2, emptyLines <= 2 else { throw .malformedRequestLine("empty lines before it") }
            input.consume(2)
        }
    }

    private mutating func begin(_ head: RequestHead, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        exchanges += 1
        phase = .exchange
        scanner = RequestHeadScanner()
        isInsideHead = false
        emptyLines = 0
        deadline = nil
        let id = head.request.headerFields[.requestID].flatMap { Self.isValid(requestID: $0) ? $0 : nil } ?? surroundings.makeRequestID()
        var exchange = Exchange(
            number: exchanges, id: id, head: head, began: now, decoder: BodyDecoder(head.framing, limits: limits),
            keepsAlive: head.keepsAlive && !isDraining)
        // What came with the head is delivered with it; most bodies of a few kilobytes come so.
        var bytes = exchange.emptyPiece
        var fault: RequestFault?
        do throws(RequestFault) {
            if !exchange.decoder.isComplete { try decode(&exchange, into: &bytes) }
        } catch { fault = error }
        let isComplete = exchange.decoder.isComplete
        exchange.body = isComplete ? .complete : .open
        // RFC 9110 section 10.1.1: no 100 where content is already coming.
        exchange.owesContinue = head.expectsContinue && !isComplete && exchange.received == 0
        self.exchange = exchange
        if isComplete {
            actions.append(.begin(exchange: exchanges, head, id: id, body: .complete(bytes)))
        } else {
            let length: Int? = if case .length(let length) = head.framing { length } else { nil }
            actions.append(.begin(exchange: exchanges, head, id: id, body: .open(declaredLength: length)))
            if !bytes.isEmpty { actions.append(.deliver(bytes)) }
            if let fault {
                failBody(.malformedBody(fault.sentence), &actions)
            } else if peerHasFinished {
                failBody(.bodyCutShort(got: exchange.received), &actions)
            } else if let length, length <= RequestBody.window, !exchange.owesContinue {
                // It would be read as far in any case: it comes while the handler begins, which need not ask and be woken for it.
                self.exchange?.isWanted = true
                renewBodyDeadline(now)
            }
        }
    }

    /// Decodes buffered input within the reader's credit.
    private mutating func decode(_ exchange: inout Exchange, into output: inout [UInt8]) throws(RequestFault) {
        var decoder = exchange.decoder
        var failure: RequestFault?
        let limit = exchange.credit
        let used = input.withBytes { bytes -> Int in
            do throws(RequestFault) {
                return try decoder.decode(bytes, into: &output, limit: limit)
            } catch {
                failure = error
                return 0
            }
        }
        input.consume(used)
        exchange.decoder = decoder
        exchange.received += output.count
        exchange.credit -= output.count
        if let failure { throw failure }
    }

    private mutating func receiveBody(
        _ bytes: UnsafeBufferPointer<UInt8>, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]
    ) {
        guard phase == .exchange, input.isEmpty else {
            input.append(bytes)
            return advanceBody(now, &actions)
        }
        // The common way of an upload: one copy, from the loop's read buffer into the piece.
        guard var exchange else { return }
        var piece = exchange.received == 0 ? exchange.emptyPiece : []
        do throws(RequestFault) {
            let used = try exchange.decoder.decode(bytes, into: &piece, limit: exchange.credit)
            exchange.received += piece.count
            exchange.credit -= piece.count
            self.exchange = exchange
            if used < bytes.count { input.append(UnsafeBufferPointer(rebasing: bytes[used...])) }
            delivered(piece, now, &actions)
        } catch {
            failBody(.malformedBody(error.sentence), &actions)
        }
    }

    /// Decodes what is buffered: for the reader, or to throw it away.
    mutating func advanceBody(_ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard var exchange, exchange.body == .open else { return }
        var piece: [UInt8] = []
        do throws(RequestFault) {
            if phase == .draining { exchange.credit = limits.drainBytes }
            try decode(&exchange, into: &piece)
            self.exchange = exchange
            delivered(piece, now, &actions)
        } catch {
            self.exchange = exchange
            if phase == .draining { return close(&actions) }
            failBody(.malformedBody(error.sentence), &actions)
        }
    }

    mutating func receiveDirectly(_ count: Int, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard count > 0, count <= directBytes else { return }
        exchange?.decoder.skip(count)
        exchange?.received += count
        exchange?.credit -= count
        delivered([], now, &actions)
    }

    private mutating func delivered(_ piece: [UInt8], _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        let isComplete = exchange?.decoder.isComplete ?? true
        if isComplete { exchange?.body = .complete }
        if phase == .draining {
            if isComplete { nextRequest(now, &actions) }
            return
        }
        if !piece.isEmpty { actions.append(.deliver(piece)) }
        if isComplete {
            deadline = nil
            actions.append(.endBody)
        } else {
            renewBodyDeadline(now)
        }
    }

    /// The clock runs only while we wait for the client, not while the reader is slow; a byte now and then does not set it anew.
    private mutating func renewBodyDeadline(_ now: ContinuousClock.Instant) {
        guard let exchange, exchange.body == .open, exchange.isWanted, exchange.credit > 0 else {
            deadline = nil
            return
        }
        guard deadline == nil || exchange.received - exchange.receivedAtDeadline >= limits.progressBytes else { return }
        deadline = now + limits.bodyTimeout
        self.exchange?.receivedAtDeadline = exchange.received
    }

    mutating func bodyWanted(_ number: Int, _ took: Int, _ now: ContinuousClock.Instant, _ actions: inout [ConnectionAction]) {
        guard phase == .exchange, number == exchange?.number, exchange?.body == .open else { return }
        exchange?.isWanted = true
        exchange?.credit += took
        if exchange?.owesContinue == true {
            exchange?.owesContinue = false
            if exchange?.answer == Exchange.Answer.none { send(ResponseHeadWriter.interim, &actions) }
        }
        if input.isEmpty { renewBodyDeadline(now) } else { advanceBody(now, &actions) }
    }

    /// The body will not become complete; the connection cannot be used after the answer.
    mutating func failBody(_ error: HTTPError, _ actions: inout [ConnectionAction]) {
        guard exchange?.body == .open else { return }
        exchange?.body = .failed
        exchange?.keepsAlive = false
        deadline = nil
        actions.append(.failBody(error))
    }

    /// 1 to 128 of `A-Z a-z 0-9 . _ -`: safe in a log, in a header, in a file name.
    static func isValid(requestID: String) -> Bool {
        (1...128).contains(requestID.utf8.count)
            && requestID.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 46 || byte == 95
            }
    }
}
