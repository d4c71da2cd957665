import Foundation

/// The entries of a zip archive, from its central directory: where each lies in the file.
///
/// PyTorch stores its entries without compression and aligned, so that a tensor is a range of the file. This reader takes such archives only: a compressed or
/// encrypted entry is refused by name, so that no archive can unpack to more than it is.
/// Invariants after ``init(reading:)``: names are unique; every range lies inside the file before the central directory.
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end, ZIP64).
struct ZipDirectory {
    struct Entry {
        let name: String
        /// Bytes of the file.
        let range: Range<Int>
        /// 0 where the writer did not compute one (`torch.serialization.set_crc32_options(False)`).
        let crc32: UInt32
    }

    /// The most entries that are read: three for each tensor of the largest network here would be 1,600.
    static let entryLimit = 100_000
    /// Bytes of the central directory.
    static let directoryLimit = 16 << 20

    let entries: [String: Entry]

    init(reading file: RandomAccessFile) throws(ModelFormatError) {
        let end = try EndRecord(reading: file)
        let directory = try file.read(at: end.offset, count: end.size)
        var entries: [String: Entry] = [:]
        var position = 0
        for _ in 0..<end.count {
            let header = try CentralHeader(directory, at: position, in: end.offset)
            position += header.length
            let range = try header.data(in: file, before: end.offset)
            guard entries.updateValue(Entry(name: header.name, range: range, crc32: header.crc32), forKey: header.name) == nil else {
                throw .duplicateName(header.name)
            }
        }
        self.entries = entries
    }
}

/// Where the central directory lies: the record at the end of the file, or that of ZIP64.
private struct EndRecord {
    let count: Int
    let size: Int
    let offset: Int

    init(reading file: RandomAccessFile) throws(ModelFormatError) {
        // The record has 22 bytes and a comment of at most 65,535.
        let tailCount = min(file.count, 22 + 65_535)
        let base = file.count - tailCount
        let tail = try file.read(at: base, count: tailCount)
        guard let position = Self.find(tail) else {
            throw .malformedArchive(at: file.count, expected: "the end of a zip archive; it is cut short")
        }
        var count = tail.littleEndian(at: position + 10, width: 2) ?? 0
        var size = tail.littleEndian(at: position + 12, width: 4) ?? 0
        var offset = tail.littleEndian(at: position + 16, width: 4) ?? 0
        var limit = base + position
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            guard let locator = position >= 20 ? position - 20 : nil, tail.littleEndian(at: locator, width: 4) == 0x0706_4B50,
                let place = tail.littleEndian(at: locator + 8, width: 8), place <= UInt64(max(0, file.count - 56))
            else { throw .malformedArchive(at: base + position, expected: "a ZIP64 locator before it") }
            let record = try file.read(at: Int(place), count: 56)
            guard record.littleEndian(at: 0, width: 4) == 0x0606_4B50, let entries = record.littleEndian(at: 32, width: 8),
                let bytes = record.littleEndian(at: 40, width: 8), let start = record.littleEndian(at: 48, width: 8)
            else { throw .malformedArchive(at: Int(place), expected: "a ZIP64 end record") }
            (count, size, offset, limit) = (entries, bytes, start, Int(place))
        }
        guard count <= UInt64(ZipDirectory.entryLimit) else {
            throw .tooMany(what: "entries of the archive", got: Int(clamping: count), limit: ZipDirectory.entryLimit)
        }
        guard size <= UInt64(ZipDirectory.directoryLimit) else {
            throw .tooMany(what: "bytes of the archive's directory", got: Int(clamping: size), limit: ZipDirectory.directoryLimit)
        }
        guard offset <= UInt64(limit), size <= UInt64(limit) - offset else {
            throw .malformedArchive(at: base + position, expected: "a central directory before it")
        }
        (self.count, self.size, self.offset) = (Int(count), Int(size), Int(offset))
    }

    /// The last place where the record stands and its comment ends with the file.
    private static func find(_ tail: Data) -> Int? {
        guard tail.count >= 22 else { return nil }
        return (0...(tail.count - 22)).reversed().first { position in
            tail[tail.startIndex + position] == 0x50 && tail.littleEndian(at: position, width: 4) == 0x0605_4B50
                && tail.littleEndian(at: position + 20, width: 2) == UInt64(tail.count - position - 22)
        }
    }
}

/// One entry's record of the central directory.
private struct CentralHeader {
    let name: String
    let crc32: UInt32
    let size: Int
    let localOffset: Int
    /// Bytes of this record.
    let length: Int
    private let rawName: Data

    init(_ directory: Data, at position: Int, in base: Int) throws(ModelFormatError) {
        func number(_ offset: Int, _ width: Int) throws(ModelFormatError) -> UInt64 {
            guard let value = directory.littleEndian(at: position + offset, width: width) else {
                throw .malformedArchive(at: base + position, expected: "\(offset + width) bytes of an entry's record")
            }
            return value
        }
        guard try number(0, 4) == 0x0201_4B50 else { throw .malformedArchive(at: base + position, expected: "an entry's record") }
        let lengths = (name: Int(try number(28, 2)), extra: Int(try number(30, 2)), comment: Int(try number(32, 2)))
        length = 46 + lengths.name + lengths.extra + lengths.comment
        guard length <= directory.count - position else {
            throw .malformedArchive(at: base + position, expected: "\(length) bytes of an entry's record")
        }
        rawName = directory.dropFirst(position + 46).prefix(lengths.name)
        guard let name = String(validating: rawName, as: UTF8.self) else {
            throw .malformedArchive(at: base + position + 46, expected: "an entry's name in UTF-8")
        }
        self.name = name
        guard try number(8, 2) & 1 == 0 else { throw .unreadableEntry(name: name, reason: "is encrypted") }
        let method = try number(10, 2)
        guard method == 0 else {
            throw .unreadableEntry(name: name, reason: "is compressed (method \(method)); PyTorch stores its entries")
        }
        crc32 = UInt32(try number(16, 4))
        var (stored, size, offset) = (try number(20, 4), try number(24, 4), try number(42, 4))
        // ZIP64 extended information (section 4.5.3) holds, in this order, those of the numbers that do not fit.
        if stored == 0xFFFF_FFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            let extra = directory.dropFirst(position + 46 + lengths.name).prefix(lengths.extra)
            var field = try Self.zip64(extra, name)
            func next() throws(ModelFormatError) -> UInt64 {
                guard let value = field.littleEndian(at: 0, width: 8) else { throw .unreadableEntry(name: name, reason: "lacks its size") }
                field = field.dropFirst(8)
                return value
            }
            if size == 0xFFFF_FFFF { size = try next() }
            if stored == 0xFFFF_FFFF { stored = try next() }
            if offset == 0xFFFF_FFFF { offset = try next() }
        }
        guard stored == size, size <= UInt64(Int.max), offset <= UInt64(Int.max) else {
            throw .unreadableEntry(name: name, reason: "is said to be stored with \(stored) bytes for \(size)")
        }
        (self.size, localOffset) = (Int(size), Int(offset))
    }

    private static func zip64(_ extra: Data, _ name: String) throws(ModelFormatError) -> Data {
        var rest = extra
        while let id = rest.littleEndian(at: 0, width: 2), let count = rest.littleEndian(at: 2, width: 2), Int(count) <= rest.count - 4 {
            if id == 1 { return rest.dropFirst(4).prefix(Int(count)) }
            rest = rest.dropFirst(4 + Int(count))
        }
        throw .unreadableEntry(name: name, reason: "lacks its ZIP64 size")
    }

    /// Where the entry's bytes lie: behind its local header, whose name must be the same.
    func data(in file: RandomAccessFile, before end: Int) throws(ModelFormatError) -> Range<Int> {
        guard localOffset <= end - 30 else {
            throw .unreadableEntry(name: name, reason: "is said to begin at byte \(localOffset) of \(end)")
        }
        let fixed = try file.read(at: localOffset, count: 30)
        guard fixed.littleEndian(at: 0, width: 4) == 0x0403_4B50, let nameLength = fixed.littleEndian(at: 26, width: 2),
            let extraLength = fixed.littleEndian(at: 28, width: 2), nameLength == UInt64(rawName.count),
            try file.read(at: localOffset + 30, count: rawName.count) == rawName
        else { throw .unreadableEntry(name: name, reason: "has no header of its own at byte \(localOffset)") }
        let start = localOffset + 30 + Int(nameLength) + Int(extraLength)
        guard start <= end, size <= end - start else {
            throw .unreadableEntry(name: name, reason: "is cut short: \(max(0, end - start)) of \(size) bytes are there")
        }
        return start..<(start + size)
    }
}
