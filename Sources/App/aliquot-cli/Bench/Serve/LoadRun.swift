import Foundation
import Sockets
import Synchronization

/// Several clients at once, each on a thread and a connection of its own.
struct LoadRun: Sendable {
    /// What the clients saw.
    struct Outcome: Sendable {
        /// Answers by status; 0 for connections that failed.
        var statuses: [Int: Int] = [:]
        /// Of the answers 200: milliseconds, in no order.
        var milliseconds: [Double] = []
        var refusedMilliseconds: [Double] = []
        /// Sums over the answers 200, milliseconds.
        var decode = 0.0
        var queue = 0.0
        var infer = 0.0
        var seconds = 0.0
        /// Processor time of the clients, milliseconds.
        var processor = 0.0
        var faults: [String] = []

        mutating func add(_ answer: LoadClient.Answer) {
            statuses[answer.status, default: 0] += 1
            guard answer.status == 200 else {
                refusedMilliseconds.append(answer.seconds * 1e3)
                return
            }
            milliseconds.append(answer.seconds * 1e3)
            decode += answer.decode
            queue += answer.queue
            infer += answer.infer
        }

        mutating func add(_ other: Outcome) {
            statuses.merge(other.statuses, uniquingKeysWith: +)
            milliseconds += other.milliseconds
            refusedMilliseconds += other.refusedMilliseconds
            decode += other.decode
            queue += other.queue
            infer += other.infer
            seconds += other.seconds
            processor += other.processor
            faults += other.faults.prefix(max(0, 5 - faults.count))
        }
    }

    let address: SocketAddress
    /// Whole requests, taken in turn.
    let requests: [[UInt8]]
    let clients: Int
    /// Requests a second of all clients together, sent by the clock whatever becomes of those before; nil: each client sends when it has its answer.
    var rate: Double?

    /// - Parameters:
    ///   - seconds: until no more requests are sent.
    ///   - count: requests of all clients together at most.
    func run(seconds: Double, count: Int = .max) -> Outcome {
        let total = Mutex(Outcome())
        let sent = Atomic<Int>(0)
        let done = DispatchGroup()
        let start = DispatchTime.now().uptimeNanoseconds, used = processorMilliseconds()
        let end = start + UInt64(seconds * 1e9)
        for _ in 0..<clients {
            done.enter()
            Thread.detachNewThread {
                let outcome = one(from: start, until: end, count, sent)
                total.withLock { $0.add(outcome) }
                done.leave()
            }
        }
        done.wait()
        var outcome = total.withLock { $0 }
        outcome.processor = processorMilliseconds() - used
        outcome.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        return outcome
    }

    private func one(from start: UInt64, until end: UInt64, _ count: Int, _ sent: borrowing Atomic<Int>) -> Outcome {
        var outcome = Outcome()
        var client: LoadClient?
        while true {
            let number = sent.wrappingAdd(1, ordering: .relaxed).oldValue
            if number >= count { break }
            if let rate {
                let due = start + UInt64(Double(number) / rate * 1e9)
                let now = DispatchTime.now().uptimeNanoseconds
                if due > now { usleep(UInt32(min((due - now) / 1000, 1_000_000))) }
            }
            if DispatchTime.now().uptimeNanoseconds >= end { break }
            do {
                let open = try client ?? LoadClient(address)
                client = open
                outcome.add(try open.ask(requests[number % requests.count]))
            } catch {
                client = nil
                outcome.statuses[0, default: 0] += 1
                if outcome.faults.count < 5 { outcome.faults.append("\(error)") }
                usleep(1000)
            }
        }
        return outcome
    }
}
