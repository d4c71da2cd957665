import Base
import Foundation
import Images
import SamplePictures
import TestSupport
import Testing

@Suite("The sample set")
struct SampleWriterSpecs {
    private func write(seed: UInt64, to url: URL, labelled: Int = 2, unlabelled: Int = 6, test: Int = 1) throws {
        try SampleWriter.write(to: url, seed: seed, labelledPerClass: labelled, unlabelled: unlabelled, testPerClass: test, side: 48)
    }

    private func files(_ root: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
            let url = root.appendingPathComponent(path)
            if !url.hasDirectoryPath, (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == false {
                found[path] = try Data(contentsOf: url)
            }
        }
        return found
    }

    @Test("holds the announced numbers of decodable pictures, and the truth names each of them")
    func layout() async throws {
        try await TestSupport.withTemporaryDirectory { root in
            // Given four classes with 2 labelled, 1 test, and 6 unlabelled pictures altogether
            try write(seed: 1, to: root)
            // When the directory is read
            let found = try files(root)
            let pictures = found.filter { $0.key.hasSuffix(".jpg") }
            // Then there are 4·2 + 4·1 + 6 pictures of 48 × 48
            #expect(pictures.count == 18)
            #expect(pictures.keys.filter { $0.hasPrefix("labelled/") }.count == 8)
            #expect(pictures.keys.filter { $0.hasPrefix("unlabelled/") }.count == 6)
            for (path, bytes) in pictures {
                let header = try ImageDecoder.header(of: bytes)
                #expect(header == ImageHeader(format: .jpeg, width: 48, height: 48), "\(path)")
            }
            let truth = try #require(found["truth.csv"])
            let rows = String(decoding: truth, as: UTF8.self).split(separator: "\n").dropFirst()
            #expect(Set(rows.map { String($0.split(separator: ",")[0]) }) == Set(pictures.keys))
            // and the six unlabelled ones are spread over the classes as evenly as six can be: 2, 2, 1, 1
            let hidden = rows.filter { $0.hasPrefix("unlabelled/") }.map { String($0.split(separator: ",")[1]) }
            #expect(Dictionary(grouping: hidden, by: \.self).values.map(\.count).sorted() == [1, 1, 2, 2])
        }
    }

    @Test("is the same byte for byte from the same seed, and another from another")
    func seeded() async throws {
        try await TestSupport.withTemporaryDirectory { root in
            // Given three sets, two of one seed
            let (a, b, c) = (root.appendingPathComponent("a"), root.appendingPathComponent("b"), root.appendingPathComponent("c"))
            try write(seed: 7, to: a)
            try write(seed: 7, to: b)
            try write(seed: 8, to: c)
            // When compared
            let (first, again, other) = (try files(a), try files(b), try files(c))
            // Then equal seeds give equal bytes, and no picture of the other seed repeats one of the first
            #expect(first == again)
            let pictures = Set(first.filter { $0.key.hasSuffix(".jpg") }.values)
            #expect(pictures.count == 18)
            #expect(pictures.isDisjoint(with: other.filter { $0.key.hasSuffix(".jpg") }.values))
        }
    }

    @Test("keeps its pictures when only the counts change")
    func growing() async throws {
        try await TestSupport.withTemporaryDirectory { root in
            // Given a set and a larger one of the same seed
            let (small, large) = (root.appendingPathComponent("small"), root.appendingPathComponent("large"))
            try write(seed: 3, to: small)
            try write(seed: 3, to: large, labelled: 3)
            // When the labelled pictures are compared
            let (few, many) = (try files(small), try files(large))
            // Then the larger one contains the smaller one
            for (path, bytes) in few where path.hasPrefix("labelled/") { #expect(many[path] == bytes, "\(path)") }
        }
    }

    @Test("does not touch a directory that holds something")
    func refusesFullDirectory() async throws {
        try await TestSupport.withTemporaryDirectory { root in
            // Given a directory with somebody's file
            try Data("mine".utf8).write(to: root.appendingPathComponent("notes.txt"))
            // When a set is to be written there, Then it is refused and nothing is added
            #expect(throws: SampleError.directoryNotEmpty(path: root.path)) { try write(seed: 1, to: root) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["notes.txt"])
        }
    }

    @Test("refuses impossible sides and counts by name")
    func refusesSettings() throws {
        let nowhere = URL(fileURLWithPath: "/nonexistent/never-made")
        // Given a side of 8 pixels, When written, Then the error says what is allowed
        #expect(throws: SampleError.outOfRange(name: "side", got: 8, allowed: 32...1024)) {
            try SampleWriter.write(to: nowhere, seed: 1, labelledPerClass: 1, unlabelled: 0, testPerClass: 0, side: 8)
        }
        #expect(throws: SampleError.outOfRange(name: "test", got: -1, allowed: 0...1_000_000)) {
            try SampleWriter.write(to: nowhere, seed: 1, labelledPerClass: 1, unlabelled: 0, testPerClass: -1, side: 48)
        }
    }

    @Test("reports the system's reason when a directory cannot be made")
    func refusesBlockedPlace() async throws {
        try await TestSupport.withTemporaryDirectory { root in
            // Given a file where the directory's parent should be
            let file = root.appendingPathComponent("file")
            try Data().write(to: file)
            // When written below it, Then a file error comes out
            let error = #expect(throws: SampleError.self) { try write(seed: 1, to: file.appendingPathComponent("set")) }
            guard case .file(let reason) = error else {
                Issue.record("expected a file error, got \(String(describing: error))")
                return
            }
            #expect(reason.call == "mkdir")
        }
    }
}
