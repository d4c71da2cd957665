import Base
import CLinux
import Foundation
import Synchronization

/// The inside of a ``SocketLoop``: an epoll instance, the descriptors that are watched, and a mailbox. Source: epoll(7), eventfd(2).
///
/// One thread at a time is at its turn: its own, which waits for the sockets, or one that computes and comes by (``SocketTurns``).
///
/// `@unchecked Sendable`. Safe because `watches`, `lastToken`, `items` and `events` are touched only by who is at the turn, and the mailbox, which says who that may
/// be, is behind its lock.
final class SocketPoller: @unchecked Sendable {
    /// Something to do at the next turn.
    enum Item: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob, UnownedTaskExecutor)
    }

    private struct Mailbox {
        var items: [Item] = []
        /// Whether a thread is at the turn: it sees what is given to it before it ends.
        var isAtTurn = false
        /// Whether the own thread was told that there is something to do, and has not come yet.
        var isRung = false
        /// Whether the own thread waits for another one's turn to end.
        var isAwaited = false
        var isFinished = false
        /// Turns so far.
        var turns = 0
    }

    /// Rounds of the mailbox between two looks at the sockets: what an item gives to the loop is mostly done at once, and a chain without end does not starve them.
    private static let roundsAtOnce = 4
    /// Sockets that one turn of the own thread looks at.
    private static let eventsAtOnce = 64
    /// How long the own thread leaves the turns to threads that compute, milliseconds: it takes one itself where none of them came by, because a picture takes them longer.
    /// A slice of the scheduler: with all cores taken it would hardly run earlier.
    private static let patience: Int32 = 4

    private let mailbox = Mutex(Mailbox())
    private let turns: SocketTurns
    private let epoll: Int32
    /// Written to wake the own thread.
    private let alarm: Int32
    private var watches: [UInt64: SocketWatch] = [:]
    /// Names a watch; never used again, so that an event of a closed descriptor finds nobody.
    private var lastToken: UInt64 = 0
    private var items: [Item] = []
    private var events = [epoll_event](repeating: epoll_event(), count: SocketPoller.eventsAtOnce)
    /// The thread that is at the turn; 0 between turns.
    private let thread = Atomic<UInt>(0)

    init(turns: SocketTurns) throws(SystemError) {
        self.turns = turns
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError(call: "epoll_create1", subject: "the sockets") }
        alarm = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard alarm >= 0 else {
            let error = SystemError(call: "eventfd", subject: "the sockets")
            close(epoll)
            throw error
        }
    }

    deinit {
        close(alarm)
        close(epoll)
    }

    /// A thread that is not at the turn reads another's name, an old one's or none.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    // MARK: From any thread

    func give(_ item: Item) {
        let mustRing = mailbox.withLock { mailbox in
            mailbox.items.append(item)
            return !mailbox.isAtTurn
        }
        if mustRing { ring() }
    }

    /// Lets the own thread look at the sockets, and at who computes.
    func ring() {
        let mustRing = mailbox.withLock { mailbox in
            defer { mailbox.isRung = true }
            return !mailbox.isRung
        }
        if mustRing { eventfd_write(alarm, 1) }
    }

    /// Lets the own thread end once the mailbox is empty; no other comes by any more.
    func finish() {
        turns.remove(self)
        mailbox.withLock { $0.isFinished = true }
        ring()
    }

    /// - Returns: false where another thread is at the turn. With true, ``endTurn()`` is to be called.
    func beginTurn() -> Bool {
        let isMine = mailbox.withLock { mailbox in
            guard !mailbox.isAtTurn else { return false }
            mailbox.isAtTurn = true
            mailbox.turns += 1
            return true
        }
        if isMine { thread.store(pthread_self(), ordering: .relaxed) }
        return isMine
    }

    // MARK: At the turn

    /// Does what the mailbox holds, looks at the sockets, and does what came of them.
    /// - Parameter limit: most sockets.
    func turn(events limit: Int) {
        empty()
        let count = epoll_wait(epoll, &events, Int32(min(limit, events.count)), 0)
        // A signal ends a call early; nothing else can, while the descriptor is ours.
        precondition(count >= 0 || errno == EINTR, "epoll_wait: \(errno)")
        guard count > 0 else { return }
        for place in 0..<Int(count) { watches[events[place].data.u64]?.fired(events[place].events) }
        empty()
    }

    private func empty() {
        for _ in 0..<Self.roundsAtOnce {
            mailbox.withLock { swap(&$0.items, &items) }
            if items.isEmpty { return }
            for item in items {
                switch item {
                case .work(let work): work()
                case .job(let job, let executor): job.runSynchronously(on: executor)
                }
            }
            items.removeAll(keepingCapacity: true)
        }
    }

    /// What is left in the mailbox, the own thread does.
    func endTurn() {
        thread.store(0, ordering: .relaxed)
        let mustRing = mailbox.withLock { mailbox in
            mailbox.isAtTurn = false
            defer { mailbox.isAwaited = false }
            return !mailbox.items.isEmpty || mailbox.isFinished || mailbox.isAwaited
        }
        if mustRing { ring() }
    }

    // MARK: The own thread

    func run() {
        Self.giveWay()
        var seen = 0
        var awaited = [alarm, epoll].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            let isLeftToOthers = turns.areTaken || mailbox.withLock { $0.isAwaited }
            let ready = poll(&awaited, isLeftToOthers ? 1 : 2, isLeftToOthers ? Self.patience : -1)
            precondition(ready >= 0 || errno == EINTR, "poll: \(errno)")
            var count: eventfd_t = 0
            if awaited[0].revents != 0 { eventfd_read(alarm, &count) }
            let (isMine, mayEnd) = mailbox.withLock { mailbox in
                mailbox.isRung = false
                let isMine = ready != 0 || mailbox.turns == seen
                // What made the sockets ready may have come behind that thread's look at them: it says when it is done.
                mailbox.isAwaited = isMine && mailbox.isAtTurn
                return (isMine, mailbox.isFinished && mailbox.items.isEmpty && !mailbox.isAtTurn)
            }
            if mayEnd { return }
            if isMine, beginTurn() {
                turn(events: Self.eventsAtOnce)
                endTurn()
            }
            seen = mailbox.withLock { $0.turns }
        }
    }

    /// Where every core computes, this thread waits for the end of a slice (4 ms at most) instead of interrupting: it then finds several things to do, and those who
    /// compute keep their caches. A core that is free it takes at once. Source: sched(7), SCHED_BATCH.
    private static func giveWay() {
        var parameter = sched_param()
        // Every thread may ask for it; where a sandbox forbids the call, it interrupts as others do.
        _ = sched_setscheduler(0, SCHED_BATCH, &parameter)
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
