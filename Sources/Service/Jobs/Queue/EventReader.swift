import Base
import Foundation

/// One reader of a job's events: pulls from the file as fast as its client takes them, and holds at most one piece in memory.
actor EventReader {
    private let job: ULID
    private var tail: EventTail
    private let queue: JobQueue
    private var pending: ArraySlice<JobEvent> = []
    private var isOver = false
    private var unannouncedLooks = 0
    /// Looks at an ended job whose end cannot be written (full disk) after which the stream ends all the same.
    private static let unannouncedLimit = 5
    /// Look again after this time even if nobody woke us.
    private static let patience = Duration.seconds(2)

    init(job: ULID, tail: EventTail, queue: JobQueue) {
        self.job = job
        self.tail = tail
        self.queue = queue
    }

    /// The next event; nil when the job has ended and all was told, when the queue is shut down, or when the task is cancelled.
    func next() async -> JobEvent? {
        while !isOver, !Task.isCancelled {
            if let event = pending.popFirst() {
                // `end` is true only if nothing follows: a job that was resumed has more than one in its file.
                if event.kind != .end { return event }
                if pending.isEmpty, await queue.ending(job).isTerminal {
                    guard pull() else {
                        isOver = true
                        return event
                    }
                }
                continue
            }
            let changes = queue.signals.changes(of: job, until: .now().advanced(by: Self.patience))
            // Read before the file: what is announced by now stands in the file.
            let ending = await queue.ending(job)
            if pull() { continue }
            if queue.signals.isClosed || ending.isTerminal && (ending.isAnnounced || unannouncedLooks == Self.unannouncedLimit) { break }
            if ending.isTerminal { unannouncedLooks += 1 }
            for await _ in changes { break }
        }
        isOver = true
        return nil
    }

    /// Takes the next piece of the file. Returns whether there was any event. A file that cannot be read any more (the job was deleted) ends the stream.
    private func pull() -> Bool {
        do {
            pending = try tail.read()[...]
        } catch {
            isOver = true
        }
        return !pending.isEmpty
    }
}
