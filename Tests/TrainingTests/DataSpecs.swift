import Base
import Foundation
import Images
import Synchronization
import TestSupport
import Testing
import Training
import TrainingTestSupport

@Suite("Training data")
struct DataSpecs {
    @Test("a stratified fifth is set aside, at least one a class, never the last one")
    func validationSplit() {
        // Given 10, 3, 2 and 1 pictures of four classes
        let labels = [Int](repeating: 0, count: 10) + [1, 1, 1, 2, 2, 3]
        let split = ValidationSplit(labels: labels, classes: 4, seed: 1)
        // Then 2, 1, 1 and 0 are validation, and nothing is in both or lost
        #expect((0..<4).map { label in split.validation.count { labels[$0] == label } } == [2, 1, 1, 0])
        #expect((split.training + split.validation).sorted() == Array(labels.indices))
        #expect(ValidationSplit(labels: labels, classes: 4, seed: 1) == split)
        let others = (2..<12).map { ValidationSplit(labels: labels, classes: 4, seed: $0).validation }
        #expect(others.contains { $0 != split.validation })
    }

    @Test("copies of a picture are learned from or validated with, not both")
    func keepsCopiesTogether() throws {
        // Given twenty pictures of which each two are the same, and a split by which some would be parted
        let digests = (0..<20).map { SHA256Digest(of: Data("\($0 / 2)".utf8)) }, labels = [Int](repeating: 0, count: 20)
        func parted(_ split: ValidationSplit) -> Set<SHA256Digest> {
            Set(split.training.map { digests[$0] }).intersection(split.validation.map { digests[$0] })
        }
        let plain = (0..<20).map { ValidationSplit(labels: labels, classes: 1, seed: $0) }
        #expect(plain.contains { !parted($0).isEmpty })
        // When their digests are known, then none are, and there still are pictures of both kinds
        for seed in 0..<20 as Range<UInt64> {
            let split = ValidationSplit(labels: labels, classes: 1, seed: seed, digests: digests)
            #expect(parted(split).isEmpty && split.validation.count == 4)
            #expect((split.training + split.validation).sorted() == Array(labels.indices))
        }
        // And of nine copies and one other picture the other one is set aside; of copies alone none is
        let nine = [SHA256Digest](repeating: digests[0], count: 9)
        let ten = nine + [digests[19]]
        #expect(ValidationSplit(labels: Array(labels.prefix(10)), classes: 1, seed: 1, digests: ten).validation == [9])
        #expect(ValidationSplit(labels: Array(labels.prefix(9)), classes: 1, seed: 1, digests: nine).validation.isEmpty)
        // And pictures that all differ are split as ever
        let different = (0..<20).map { SHA256Digest(of: Data("\($0)".utf8)) }
        #expect(ValidationSplit(labels: labels, classes: 1, seed: 3, digests: different) == plain[3])
    }

    @Test("an epoch shows every picture, fills up an odd batch that is half full, and drops a smaller one")
    func epochOrder() throws {
        // Given 8 + 4 pictures and batches of 8: the odd batch is filled; 8 + 3: it is dropped; fewer than a batch: a smaller batch
        let filled = try EpochOrder(samples: 12, batch: 8, seed: 1)
        let dropped = try EpochOrder(samples: 11, batch: 8, seed: 1)
        let small = try EpochOrder(samples: 5, batch: 8, seed: 1)
        #expect(filled.stepsPerEpoch == 2 && Set(filled.indices(epoch: 0)).count == 12 && filled.indices(epoch: 0).count == 16)
        #expect(dropped.stepsPerEpoch == 1 && Set(dropped.indices(epoch: 0)).count == 8)
        #expect(small.batch == 5 && small.stepsPerEpoch == 1 && small.indices(epoch: 3).sorted() == [0, 1, 2, 3, 4])
        #expect(filled.indices(epoch: 1) == filled.indices(epoch: 1) && filled.indices(epoch: 1) != filled.indices(epoch: 2))
        #expect(throws: TrainingError.tooFewSamples(what: "training pictures", got: 1, needed: 2)) {
            try EpochOrder(samples: 1, batch: 8, seed: 1)
        }
    }

    @Test("elements come in order whatever the threads", arguments: [1, 2, 5])
    func prefetcherKeepsOrder(threads: Int) throws {
        let prefetcher = Prefetcher(count: 50, ahead: 3, threads: threads) { index in
            usleep(UInt32((index * 37) % 5) * 200)
            return index
        }
        var seen: [Int] = []
        while let index = try prefetcher.next() { seen.append(index) }
        #expect(seen == Array(0..<50))
        #expect(try prefetcher.next() == nil)
    }

    @Test("no more is made ahead than asked, and an error comes at its place")
    func prefetcherIsBounded() throws {
        struct Odd: Error, Equatable {}
        let made = Mutex(0)
        let prefetcher = Prefetcher(count: 100, ahead: 4, threads: 3) { index in
            made.withLock { $0 += 1 }
            if index == 2 { throw Odd() }
            return index
        }
        #expect(try prefetcher.next() == 0)
        usleep(50_000)
        #expect(made.withLock { $0 } == 5)
        #expect(try prefetcher.next() == 1)
        #expect(throws: Odd()) { try prefetcher.next() }
        #expect(try prefetcher.next() == 3)
    }

    @Test(
        "a decoded picture is kept on disk for all jobs of the same bytes and geometry, bounded, and may vanish or be damaged at any time")
    func diskCache() throws {
        // Given a picture of 300 × 260 pixels, under its digest, and a cache on disk
        let place = try TestSupport.temporaryDirectory()
        let source = place.appendingPathComponent("p.png")
        let image = RGBImage(width: 300, height: 260) { pixels in for index in pixels.indices { pixels[index] = UInt8(index % 251) } }
        let bytes = Data(try ImageEncoder.png(image))
        try bytes.write(to: source)
        let file = PictureFile(name: "p", url: source, digest: SHA256Digest(of: bytes))
        let directory = place.appendingPathComponent("cache/decoded")
        func cache(limit: Int = 1 << 20) -> PictureCache {
            PictureCache(geometry: ColourPictures.geometry, disk: DecodedPictures(directory: directory, limit: limit))
        }
        func kept() throws -> [URL] {
            let walk = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey])
            return try (walk?.allObjects as? [URL] ?? []).filter {
                try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            }
        }
        // When one job looks at it for training and for evaluation
        let first = cache()
        let (training, evaluation) = (try first.forTraining(file), try first.forEvaluation(file))
        // Then two files are kept, and another job has the same pictures without the original
        #expect(try kept().count == 2)
        try FileManager.default.removeItem(at: source)
        #expect(try cache().forTraining(file) == training && cache().forEvaluation(file) == evaluation)
        // And a damaged file is no picture: the original is asked for again
        for url in try kept() {
            var damaged = try Data(contentsOf: url)
            damaged[damaged.count - 1] ^= 1
            try damaged.write(to: url)
        }
        #expect(throws: TrainingError.self) { try cache().forTraining(file) }
        try bytes.write(to: source)
        #expect(try cache().forTraining(file) == training)
        // And a cache that is deleted while it is used costs a decoding only
        let used = cache()
        try FileManager.default.removeItem(at: directory)
        #expect(try used.forEvaluation(file) == evaluation)
        // And with room for nothing, nothing is written; what is there goes first when a new job comes with less room
        try FileManager.default.removeItem(at: directory)
        _ = try cache(limit: 100).forTraining(file)
        #expect(try kept().isEmpty)
        _ = try cache().forTraining(file)
        #expect(try kept().count == 1)
        _ = cache(limit: 100)
        #expect(try kept().isEmpty)
    }

    @Test("a picture is decoded once as long as memory lasts, and is the same when it is not kept")
    func cache() throws {
        let directory = try TestSupport.temporaryDirectory()
        let sample = try #require(try ColourPictures.write(1, prefix: "c", to: directory).first)
        let kept = PictureCache(geometry: ColourPictures.geometry)
        let none = PictureCache(geometry: ColourPictures.geometry, capacity: 0)
        let first = try kept.forEvaluation(sample.picture)
        let training = try kept.forTraining(sample.picture)
        #expect(first == (try none.forEvaluation(sample.picture)) && kept.count == 2 && none.count == 0)
        // When the file is gone, the kept ones are still there
        try FileManager.default.removeItem(at: sample.picture.url)
        #expect(try kept.forEvaluation(sample.picture) == first)
        #expect(try kept.forTraining(sample.picture) == training)
        #expect(throws: TrainingError.self) { try none.forEvaluation(sample.picture) }
    }
}
