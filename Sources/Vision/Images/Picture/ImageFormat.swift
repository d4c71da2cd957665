/// The file formats read here. A format is told by content, never by name.
package enum ImageFormat: String, Sendable, Codable, CaseIterable {
    case jpeg, png, tiff, webp, bmp

    /// Without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        case .tiff: "tiff"
        case .webp: "webp"
        case .bmp: "bmp"
        }
    }

    /// The registered media type (IANA).
    package var mediaType: String { "image/\(rawValue)" }

    /// Tells the format by the first bytes (twelve are enough); nil for anything else.
    package static func sniff(_ bytes: some Collection<UInt8>) -> ImageFormat? {
        let head = Array(bytes.prefix(12))
        func begins(_ prefix: [UInt8]) -> Bool { head.starts(with: prefix) }
        if begins([0xFF, 0xD8, 0xFF]) { return .jpeg }
        if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if begins([0x49, 0x49, 42, 0]) || begins([0x4D, 0x4D, 0, 42]) { return .tiff }
        if begins([0x49, 0x49, 43, 0]) || begins([0x4D, 0x4D, 0, 43]) { return .tiff }  // BigTIFF
        if begins(Array("RIFF".utf8)), head.count == 12, head[8...].elementsEqual("WEBP".utf8) { return .webp }
        if begins(Array("BM".utf8)), head.count == 12 { return .bmp }
        return nil
    }
}
