import Foundation

/// Reads whole regular files of at most so many bytes.
enum BoundedFile {
    static func read(_ url: URL, limit: Int) throws(ModelFormatError) -> Data {
        let file = try RandomAccessFile(url, limit: limit)
        return try file.read(at: 0, count: file.count)
    }

    static func size(of url: URL, limit: Int) throws(ModelFormatError) -> Int { try RandomAccessFile(url, limit: limit).count }
}
