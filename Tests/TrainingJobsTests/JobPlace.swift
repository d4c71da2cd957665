import Base
import DatasetStore
import Foundation
import Jobs
import TestSupport
import Training
import TrainingTestSupport

/// A data directory with one job in it, as the service leaves it for a worker.
struct JobPlace {
    let data: URL
    let files: JobFiles

    init(_ work: JobSpecification, name: String = "01ARZ3NDEKTSV4RRFFQ69G5FAV") throws {
        data = try TestSupport.temporaryDirectory()
        files = JobFiles(data.appendingPathComponent("jobs").appendingPathComponent(name, isDirectory: true))
        try FileManager.default.createDirectory(at: files.input, withIntermediateDirectories: true)
        for digit in "0123456789abcdef" {
            for second in "0123456789abcdef" {
                try FileManager.default.createDirectory(
                    at: data.appendingPathComponent("blobs/\(digit)\(second)"), withIntermediateDirectories: true)
            }
        }
        try JSONEncoder().encode(work).write(to: files.specification)
    }

    /// Two colours: labelled, unlabelled and test pictures.
    /// - Parameter strength: how much the class's colour stands out, grey levels; 0 makes the test a guess.
    func writeRevision(labelled: Int, unlabelled: Int, test: Int, classes: [String] = ["red", "green"], strength: Int = 70) throws {
        let blobs = BlobStore(directory: data.appendingPathComponent("blobs"))
        let place = try TestSupport.temporaryDirectory()
        var entries: [RevisionEntry] = []
        func add(_ count: Int, _ prefix: String, _ role: ImageRole, hidesLabel: Bool) throws {
            for sample in try ColourPictures.write(count, classes: 2, strength: strength, prefix: prefix, to: place) {
                guard let name = ResourceName(sample.picture.name) else { continue }
                let (digest, _) = try blobs.adopt(stagedFile: sample.picture.url)
                entries.append(
                    RevisionEntry(
                        image: name, sha256: digest, label: hidesLabel ? nil : classes[sample.label], role: role, width: 12, height: 10,
                        format: .png))
            }
        }
        try add(labelled, "l", .train, hidesLabel: false)
        try add(unlabelled, "u", .train, hidesLabel: true)
        try add(test, "t", .test, hidesLabel: false)
        try RevisionManifest.write(entries, classes: classes, to: files.revision)
    }

    var events: [JobEvent] {
        get throws {
            let decoder = JSONDecoder()
            return try Data(contentsOf: files.events).split(separator: 0x0A).map { try decoder.decode(JobEvent.self, from: $0) }
        }
    }

    var failure: JobFailure {
        get throws { try JSONDecoder().decode(JobFailure.self, from: Data(contentsOf: files.failure)) }
    }
}
