import Foundation

extension ParityFixture {
    /// Which of many fixtures are wanted; what is nil admits all.
    struct Selection {
        var network: String?
        var salt: String?
        /// Side of the pictures in pixels.
        var size: Int?
        var classes: Int?

        func admits(_ fixture: ParityFixture) -> Bool {
            (network ?? fixture.architecture) == fixture.architecture && (salt ?? fixture.salt) == fixture.salt
                && (size ?? fixture.inputShape[2]) == fixture.inputShape[2] && (classes ?? fixture.classes) == fixture.classes
        }
    }

    /// The files named, and for each folder named its JSON files in the order of their names.
    /// - Throws: what the file system says of a path that is not there.
    static func files(_ paths: [String]) throws -> [URL] {
        try paths.flatMap { path in
            let url = URL(fileURLWithPath: path)
            guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else { return [url] }
            return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "json" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        }
    }
}
