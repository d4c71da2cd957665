import Foundation

/// PyTorch's format since 1.6: a zip archive with `NAME/data.pkl`, `NAME/byteorder` and `NAME/data/KEY` for each storage.
enum ArchiveLayout {
    static func read(_ file: RandomAccessFile) throws(ModelFormatError) -> PyTorchContent {
        let entries = try ZipDirectory(reading: file).entries
        let roots = entries.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }.sorted()
        guard let main = roots.first, roots.count == 1, let pickle = entries[main] else {
            throw .noStateDictionary(
                found: roots.isEmpty ? "an archive without data.pkl" : "an archive with \(roots.joined(separator: ", "))")
        }
        let folder = String(main.dropLast("data.pkl".count))
        if let entry = entries[folder + "byteorder"] {
            let order = String(decoding: try bytes(of: entry, limit: 16, file), as: UTF8.self)
            guard order == "little" else {
                throw .unsupportedFormat(file: file.url.lastPathComponent, got: "byte order '\(order)'", allowed: "little")
            }
        }
        var unpickler = Unpickler(try bytes(of: pickle, limit: Unpickler.byteLimit, file))
        let root = try unpickler.load()
        var places: [PyTorchFile.Place] = []
        for storage in unpickler.heap.storages {
            let name = "\(folder)data/\(storage.key)"
            guard let entry = entries[name] else { throw .missingEntry(name) }
            let (needed, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.byteCount)
            guard !overflow, entry.range.count == needed else {
                throw .contradiction(
                    "\(name) has \(entry.range.count) bytes, its \(storage.count) elements of torch.\(storage.type.rawValue) need \(needed)"
                )
            }
            let view = entry.range.lowerBound + storage.viewOffset * storage.type.byteCount
            let range = view..<(view + storage.viewCount * storage.type.byteCount)
            places.append(PyTorchFile.Place(range: range, crc32: range == entry.range ? entry.crc32 : 0, name: name))
        }
        return PyTorchContent(root: root, heap: unpickler.heap, places: places)
    }

    private static func bytes(of entry: ZipDirectory.Entry, limit: Int, _ file: RandomAccessFile) throws(ModelFormatError) -> Data {
        guard entry.range.count <= limit else { throw .tooMany(what: "bytes of \(entry.name)", got: entry.range.count, limit: limit) }
        let data = try file.read(at: entry.range.lowerBound, count: entry.range.count)
        var checksum = CRC32()
        checksum.update(data)
        guard entry.crc32 == 0 || checksum.value == entry.crc32 else {
            throw .wrongChecksum(entry: entry.name, got: checksum.value, expected: entry.crc32)
        }
        return data
    }
}
