import Base
import CLinux
import Foundation
import Synchronization

/// The inside of a ``SocketLoop``: an epoll instance, the descriptors that are watched, and a mailbox. Source: epoll(7), eventfd(2).
///
/// `@unchecked Sendable`. Safe because `watches`, `lastToken` and `thread` are touched on the loop's thread only, and the mailbox is behind its lock.
final class SocketPoller: @unchecked Sendable {
    /// Something to do on the thread.
    enum Item: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob, UnownedTaskExecutor)
    }

    private struct Mailbox {
        var items: [Item] = []
        /// Whether the thread sleeps, or is about to: whoever gives it something must wake it.
        var isAsleep = false
        var isFinished = false
    }

    /// Rounds of the mailbox between two looks at the sockets: what an item gives to the loop is mostly done at once, and a chain without end does not starve them.
    private static let roundsAtOnce = 4

    private let mailbox = Mutex(Mailbox())
    private let epoll: Int32
    /// Written to wake the thread.
    private let alarm: Int32
    private var watches: [UInt64: SocketWatch] = [:]
    /// Names a watch; never used again, so that an event of a closed descriptor finds nobody. 0 is the alarm.
    private var lastToken: UInt64 = 0
    /// Set once, by the thread itself.
    private let thread = Atomic<UInt>(0)

    init() throws(SystemError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError(call: "epoll_create1", subject: "the sockets") }
        alarm = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard alarm >= 0 else {
            let error = SystemError(call: "eventfd", subject: "the sockets")
            close(epoll)
            throw error
        }
        var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: 0))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, alarm, &event) == 0 else {
            let error = SystemError(call: "epoll_ctl", subject: "the sockets")
            close(alarm)
            close(epoll)
            throw error
        }
    }

    deinit {
        close(alarm)
        close(epoll)
    }

    var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// From any thread.
    func give(_ item: Item) {
        let mustWake = mailbox.withLock { mailbox in
            mailbox.items.append(item)
            defer { mailbox.isAsleep = false }
            return mailbox.isAsleep
        }
        if mustWake { wake() }
    }

    /// Lets the thread end once the mailbox is empty.
    func finish() {
        mailbox.withLock { $0.isFinished = true }
        wake()
    }

    /// Edge-triggered: each write is told once, and nobody has to read it back.
    private func wake() { eventfd_write(alarm, 1) }

    // MARK: On the thread

    func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        Self.giveWay()
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        var items: [Item] = []
        while true {
            for _ in 0..<Self.roundsAtOnce {
                mailbox.withLock { swap(&$0.items, &items) }
                if items.isEmpty { break }
                for item in items { perform(item) }
                items.removeAll(keepingCapacity: true)
            }
            let (mayEnd, mayWait) = mailbox.withLock { mailbox in
                guard mailbox.items.isEmpty else { return (false, false) }
                mailbox.isAsleep = true
                return (mailbox.isFinished, true)
            }
            if mayEnd { return }
            let count = epoll_wait(epoll, &events, Int32(events.count), mayWait ? -1 : 0)
            mailbox.withLock { $0.isAsleep = false }
            // A signal ends a wait early; nothing else can, while the descriptor is ours.
            precondition(count >= 0 || errno == EINTR, "epoll_wait: \(errno)")
            for event in events.prefix(Int(max(0, count))) { dispatch(event) }
        }
    }

    /// Where every core computes, this thread waits for the end of a slice (4 ms at most) instead of interrupting: it then finds several things to do, and those who
    /// compute keep their caches. A core that is free it takes at once. Source: sched(7), SCHED_BATCH.
    private static func giveWay() {
        var parameter = sched_param()
        // Every thread may ask for it; where a sandbox forbids the call, it interrupts as others do.
        _ = sched_setscheduler(0, SCHED_BATCH, &parameter)
    }

    private func perform(_ item: Item) {
        switch item {
        case .work(let work): work()
        case .job(let job, let executor): job.runSynchronously(on: executor)
        }
    }

    private func dispatch(_ event: epoll_event) {
        watches[event.data.u64]?.fired(event.events)  // of the alarm nobody needs to be told
    }

    /// A name for a watch that is about to be kept.
    func keep(_ watch: SocketWatch) -> UInt64 {
        lastToken += 1
        watches[lastToken] = watch
        return lastToken
    }

    func forget(_ token: UInt64) { watches[token] = nil }

    /// One change of what epoll watches.
    /// - Parameter operation: `EPOLL_CTL_ADD`, `EPOLL_CTL_MOD` or `EPOLL_CTL_DEL`.
    func control(_ operation: Int32, _ descriptor: Int32, token: UInt64, events: UInt32) throws(SystemError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else { throw SystemError(call: "epoll_ctl", subject: "socket") }
    }
}
