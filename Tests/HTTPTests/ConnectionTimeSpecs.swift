import HTTPTypes
import Testing

@testable import HTTP

@Suite("The clock of a connection")
struct ConnectionTimeSpecs {
    static let get = ConnectionMachineSpecs.get

    @Test("closes a connection that never speaks, in silence")
    func silence() {
        var driver = ConnectionDriver()
        #expect(driver.wait(.seconds(9)).isEmpty)
        #expect(driver.wait(.seconds(1)) == [.close])
    }

    @Test("answers 408 to a head that comes drop by drop: the clock runs from its first byte")
    func slowHead() {
        var driver = ConnectionDriver()
        driver.receive("G")
        for letter in "ET / HT" {
            driver.wait(.seconds(1))
            driver.receive(String(letter))
        }
        #expect(driver.sent.isEmpty)
        driver.wait(.seconds(3))
        #expect(driver.sent.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") && driver.machine.phase == .lingering)
        #expect(driver.wait(.seconds(5)) == [.close])
    }

    @Test("closes an idle connection after its longer time")
    func idle() {
        var driver = ConnectionDriver()
        driver.receive(Self.get)
        driver.wait(.seconds(1000))  // a handler may take its time
        driver.answer(1)
        #expect(driver.wait(.seconds(74)).isEmpty)
        #expect(driver.wait(.seconds(1)) == [.close])
    }

    @Test("the clock of a long body runs only while the handler waits for the client, and anew with every 8 KiB")
    func slowBody() {
        var driver = ConnectionDriver()
        driver.receive(ConnectionMachineSpecs.post(length: 300_000))
        #expect(driver.wait(.seconds(1000)).isEmpty)
        driver.take(.bodyWanted(exchange: 1, took: 0))
        driver.wait(.seconds(29))
        driver.receive(String(repeating: "a", count: 8192))
        #expect(driver.wait(.seconds(29)).allSatisfy { if case .failBody = $0 { false } else { true } })
        #expect(driver.wait(.seconds(1)) == [.failBody(.bodyTimeout(after: .seconds(30)))])
        driver.answer(1, "late", status: .requestTimeout)
        #expect(driver.sent.contains("connection: close") && driver.machine.phase == .lingering)
    }

    @Test("the clock of a body that fits into the window runs from the head on")
    func slowShortBody() {
        var driver = ConnectionDriver()
        driver.receive(ConnectionMachineSpecs.post(length: 20_000))
        #expect(driver.wait(.seconds(29)).isEmpty)
        #expect(driver.wait(.seconds(1)) == [.failBody(.bodyTimeout(after: .seconds(30)))])
    }

    @Test("ends a body that comes a byte at a time to hold the connection for ever")
    func drip() {
        // Given a handler that waits for 1000 bytes
        var driver = ConnectionDriver()
        driver.receive(ConnectionMachineSpecs.post(length: 1000))
        driver.take(.bodyWanted(exchange: 1, took: 0))
        // When one byte comes every second, and the handler takes each at once
        for _ in 0..<29 {
            driver.wait(.seconds(1))
            driver.receive("a")
            driver.take(.bodyWanted(exchange: 1, took: 1))
        }
        // Then the clock is the one of the first byte
        #expect(driver.wait(.seconds(1)) == [.failBody(.bodyTimeout(after: .seconds(30)))])
    }

    @Test("cuts a client that takes its answer a byte at a time, but not one that takes 8 KiB in the time")
    func slowReader() {
        var driver = ConnectionDriver()
        driver.clientReads = false
        driver.receive(Self.get)
        driver.answer(1)
        driver.wait(.seconds(29))
        driver.take(.wrote(waiting: 100_000, taken: 8192))
        for _ in 0..<29 {
            #expect(driver.wait(.seconds(1)).isEmpty)
            driver.take(.wrote(waiting: 1, taken: 1))
        }
        #expect(driver.wait(.seconds(1)) == [.close])
    }

    @Test("waits for the client to take the last answer before FIN, then lingers no longer than allowed")
    func finishing() {
        var driver = ConnectionDriver()
        driver.clientReads = false
        driver.receive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        driver.answer(1)
        #expect(driver.machine.phase == .finishing && !driver.has(.finishSending))
        #expect(driver.take(.wrote(waiting: 0, taken: 9)) == [.finishSending])
        #expect(driver.wait(.seconds(4)).isEmpty)
        #expect(driver.wait(.seconds(1)) == [.close])
    }

    @Test("a drain closes idle connections and lets the others finish with Connection: close")
    func drain() {
        var idle = ConnectionDriver()
        #expect(idle.take(.drain) == [.close])
        var busy = ConnectionDriver()
        busy.receive(Self.get)
        #expect(busy.take(.drain).isEmpty)
        busy.answer(1)
        #expect(busy.sent.contains("connection: close") && busy.has(.finishSending))
        // Given a request whose head is half here
        var late = ConnectionDriver()
        late.receive("GET / HTTP/1.1\r\n")
        #expect(late.take(.drain).isEmpty)
        late.receive("Host: h\r\n\r\n")
        late.answer(1)
        #expect(late.sent.contains("connection: close"))
        // Given an answer that began before
        var streaming = ConnectionDriver()
        streaming.receive(Self.get)
        streaming.take(.respond(exchange: 1, ResponseStart(status: .ok, fields: [:], length: nil, body: nil)))
        streaming.take(.drain)
        streaming.take(.responseEnd(exchange: 1))
        #expect(streaming.sent.hasSuffix("0\r\n\r\n") && streaming.has(.finishSending))
        // And the end of the grace
        #expect(streaming.take(.abort) == [.close])
    }
}
