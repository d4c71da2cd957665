import Base
import Foundation
import GRDB
import Testing

@testable import DatasetStore

@Suite("scale")
struct ScaleSpecs {
    @Test("100,000") func scale() async throws {
        try await Workbench.with { bench in
            let name = try Workbench.name("big")
            _ = try await bench.store.create(name, classes: nil)
            let n = 100_000
            for folder in 0..<256 { try FileManager.default.createDirectory(at: bench.store.blobs.directory.appendingPathComponent(String(format: "%02x", folder)), withIntermediateDirectories: true) }
            var t = Date()
            let digests = (0..<n).map { SHA256Digest(of: Data("\($0)".utf8)) }
            for d in digests { FileManager.default.createFile(atPath: bench.store.blobs.url(d).path, contents: Data([1])) }
            print("SCALE files", Date().timeIntervalSince(t)); t = Date()
            try await bench.store.catalog.write { db in
                let row = try DatasetRow.find(name, db)
                var random = SeededRandom(seed: 1)
                let b = try db.makeStatement(sql: "INSERT INTO blob VALUES (?, 1, 'png', 64, 64, ?)")
                let i = try db.makeStatement(sql: "INSERT INTO image (dataset_id,name,sha256,label,role,created_at,updated_at) VALUES (?,?,?,?,?,0,0)")
                for (k, d) in digests.enumerated() {
                    try b.execute(arguments: [d.description, Int64(bitPattern: random.next())])
                    try i.execute(arguments: [row.id, "image-\(k)", d.description, k % 10 == 0 ? "c\(k % 7)" : nil, "train"])
                }
            }
            print("SCALE rows", Date().timeIntervalSince(t)); t = Date()
            let r = try await bench.store.createRevision(dataset: name)
            print("SCALE revision", Date().timeIntervalSince(t), r.findings.map(\.kind)); t = Date()
            _ = try await bench.store.createRevision(dataset: name)
            print("SCALE again", Date().timeIntervalSince(t)); t = Date()
            _ = try await bench.store.dataset(name)
            print("SCALE dataset", Date().timeIntervalSince(t)); t = Date()
            _ = try await bench.store.images(dataset: name, page: PageRequest())
            print("SCALE page", Date().timeIntervalSince(t)); t = Date()
            _ = NearDuplicateSearch.groups((0..<n).map { _ in DifferenceHash(bits: 0x0F0F_0F0F_0F0F_0F0F) })
            print("SCALE worst search", Date().timeIntervalSince(t)); t = Date()
            try await bench.store.delete(name)
            print("SCALE delete", Date().timeIntervalSince(t))
        }
    }
}
