import Foundation

/// Cuts the bytes of an `events.jsonl` into events. The file is written by another process and may hold anything: lines that are no events are counted and left out,
/// lines that are too long are skipped without being held in memory.
struct EventLines: Sendable {
    /// The longest line that is read, in bytes.
    static let lineLimit = 64 << 10

    /// How many bytes of the file were consumed, up to the end of the last whole line.
    private(set) var position: Int
    /// Lines that were no events.
    private(set) var badLines = 0
    private var pending: [UInt8] = []
    /// Whether the rest of the present line is to be passed over.
    private var skipping: Bool
    private let decoder = JSONDecoder()

    /// - Parameters:
    ///   - position: the offset of the first byte that will be fed.
    ///   - isLineStart: false if that is in the middle of a line: its rest is passed over.
    init(position: Int = 0, isLineStart: Bool = true) {
        self.position = position
        skipping = !isLineStart
    }

    /// The offset of the next byte to feed.
    var readOffset: Int { position + pending.count }

    /// Takes the next bytes of the file. O(bytes).
    mutating func feed(_ bytes: some Collection<UInt8>) -> [JobEvent] {
        var events: [JobEvent] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            take(rest[..<end])
            position += pending.count + 1
            let line = pending
            pending = []
            if skipping {
                skipping = false
            } else if let event = event(line) {
                events.append(event)
            } else if !line.isEmpty {  // an empty line ends a torn one
                badLines += 1
            }
            rest = rest[rest.index(after: end)...]
        }
        take(rest)
        return events
    }

    /// Appends a piece of the present line, or passes it over.
    private mutating func take(_ piece: some Collection<UInt8>) {
        if !skipping, pending.count + piece.count > Self.lineLimit {
            skipping = true
            badLines += 1
        }
        if skipping {
            position += pending.count + piece.count
            pending = []
        } else {
            pending.append(contentsOf: piece)
        }
    }

    private func event(_ line: [UInt8]) -> JobEvent? {
        guard let decoded = try? decoder.decode(JobEvent.self, from: Data(line)), var event = decoded.bounded else { return nil }
        event.position = position
        return event
    }
}
