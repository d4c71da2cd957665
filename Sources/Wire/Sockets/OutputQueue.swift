/// Bytes that wait to be written, in order. Pure; the pieces are not copied.
struct OutputQueue {
    private var pieces: [[UInt8]] = []
    /// The first piece that is not wholly written.
    private var first = 0
    /// Bytes of it that are written.
    private var offset = 0
    /// Bytes that wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ piece: [UInt8]) {
        guard !piece.isEmpty else { return }
        pieces.append(piece)
        count += piece.count
    }

    /// The next at most `limit` pieces, the first without what is written of it.
    func head(_ limit: Int) -> (pieces: ArraySlice<[UInt8]>, offset: Int) { (pieces[first..<min(pieces.count, first + limit)], offset) }

    /// So many bytes were taken by the socket.
    mutating func advance(_ taken: Int) {
        count -= taken
        var left = taken
        while left > 0 {
            let size = pieces[first].count - offset
            if left < size {
                offset += left
                return
            }
            left -= size
            pieces[first] = []
            first += 1
            offset = 0
        }
        if first == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 64 {
            pieces.removeFirst(first)
            first = 0
        }
    }

    mutating func removeAll() {
        pieces = []
        first = 0
        offset = 0
        count = 0
    }
}
