import Base
import Foundation

/// Reads and writes the safetensors format: 8 bytes little-endian header length, a JSON header, the tensors' bytes. Files may come from strangers.
///
/// Source: github.com/huggingface/safetensors, README "Format".
package enum Safetensors {
    /// The longest header that is read: 16 MiB (some 100,000 tensors; the reference reader stops at 100 MB).
    package static let headerLimit = 16 << 20
    /// The largest file that is read: 4 GiB (the largest network here has 178 MB in F32).
    package static let fileLimit = 4 << 30

    /// Reads a whole file.
    /// - Throws: ``ModelFormatError`` where the file cannot be opened, is too large, or is not exactly what its header says.
    package static func read(_ url: URL) throws(ModelFormatError) -> SafetensorsFile {
        try parse(BoundedFile.read(url, limit: fileLimit))
    }

    /// Reads names, shapes and metadata only: what is needed to know whether an uploaded file fits a network.
    /// - Returns: the header, and the byte of the file where the data begin.
    package static func header(reading file: RandomAccessFile) throws(ModelFormatError) -> (header: SafetensorsHeader, dataStart: Int) {
        let length = try headerLength(file.read(at: 0, count: min(file.count, 8)), fileBytes: file.count)
        let bytes = try file.read(at: 8, count: length)
        return (try SafetensorsHeader.parse([UInt8](bytes), dataBytes: file.count - 8 - length), 8 + length)
    }

    /// ``header(reading:)`` of a file by its place.
    package static func header(of url: URL) throws(ModelFormatError) -> SafetensorsHeader {
        try header(reading: RandomAccessFile(url, limit: fileLimit)).header
    }

    /// Reads a file that is already in memory. The tensors share its bytes.
    package static func parse(_ file: Data) throws(ModelFormatError) -> SafetensorsFile {
        let length = try headerLength(file.prefix(8), fileBytes: file.count)
        let data = file.dropFirst(8 + length)
        let header = try SafetensorsHeader.parse(Array(file.dropFirst(8).prefix(length)), dataBytes: data.count)
        var tensors: [String: StoredTensor] = [:]
        for entry in header.entries {
            let bytes = data[(data.startIndex + entry.range.lowerBound)..<(data.startIndex + entry.range.upperBound)]
            tensors[entry.name] = StoredTensor(checked: entry.elementType, shape: entry.shape, bytes: bytes)
        }
        return SafetensorsFile(tensors: tensors, metadata: header.metadata)
    }

    /// The file's bytes. Equal input gives equal bytes: tensors stand by ``ElementType``, then by name, as the reference writer lays them.
    /// - Throws: ``ModelFormatError/duplicateName(_:)``.
    package static func encode(_ tensors: [(String, StoredTensor)], metadata: [String: String] = [:]) throws(ModelFormatError) -> Data {
        var names: Set<String> = ["__metadata__"]
        for (name, _) in tensors { guard names.insert(name).inserted else { throw .duplicateName(name) } }
        let ordered = tensors.sorted { ($0.1.elementType.rank, $0.0) < ($1.1.elementType.rank, $1.0) }
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in ordered {
            let end = offset + tensor.bytes.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Data("{\(members.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(0x20) }
        guard header.count <= headerLimit else { throw .headerTooLarge(got: UInt64(header.count), limit: headerLimit) }
        var file = Data(capacity: 8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(header)
        for (_, tensor) in ordered { file.append(tensor.bytes) }
        return file
    }

    /// Writes a file that is wholly there or not at all.
    package static func write(_ tensors: [(String, StoredTensor)], metadata: [String: String] = [:], to url: URL) throws(ModelFormatError) {
        let data = try encode(tensors, metadata: metadata)
        do { try AtomicFile.write(data, to: url) } catch { throw .file(error) }
    }

    private static func headerLength(_ prefix: Data, fileBytes: Int) throws(ModelFormatError) -> Int {
        guard prefix.count == 8 else { throw .truncated(what: "the header's length", got: prefix.count, needed: 8) }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(headerLimit) else { throw .headerTooLarge(got: length, limit: headerLimit) }
        guard Int(length) <= fileBytes - 8 else { throw .truncated(what: "the header", got: fileBytes - 8, needed: Int(length)) }
        return Int(length)
    }

    /// A JSON string: quotation mark, backslash and control characters escaped (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
