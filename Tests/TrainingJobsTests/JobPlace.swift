import Base
import DatasetStore
import Foundation
import Jobs
import TestSupport
import Training
import TrainingTestSupport

@testable import TrainingJobs

/// A data directory with one job in it, as the service leaves it for a worker.
struct JobPlace {
    let data: URL
    let files: JobFiles

    /// - Parameter data: of another job, beside which this one stands.
    init(_ work: JobSpecification, name: String = "01ARZ3NDEKTSV4RRFFQ69G5FAV", data: URL? = nil) throws {
        let data = try data ?? TestSupport.temporaryDirectory()
        self.data = data
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

    /// What the pictures of a revision are.
    struct Contents {
        var labelled = 12
        var unlabelled = 8
        var validation = 0
        var test = 6
        var classes = ["red", "green"]
        /// How much a class's colour stands out, grey levels.
        var strength = 70
        /// The evaluator knows the classes of the unlabelled pictures.
        var knowsHidden = false
        /// Unlabelled pictures show nothing but noise.
        var unlabelledIsNoise = false
        /// No test picture is of the last class.
        var testLacksLastClass = false
    }

    /// Colours: labelled, unlabelled and test pictures.
    func writeRevision(labelled: Int, unlabelled: Int, test: Int) throws {
        try writeRevision(Contents(labelled: labelled, unlabelled: unlabelled, test: test))
    }

    func writeRevision(_ contents: Contents) throws {
        let blobs = BlobStore(directory: data.appendingPathComponent("blobs"))
        let place = try TestSupport.temporaryDirectory()
        let classes = contents.classes
        var entries: [RevisionEntry] = []
        func add(_ samples: [TrainingSample], _ role: ImageRole, isUnlabelled: Bool = false) throws {
            for sample in samples {
                guard let name = ResourceName(sample.picture.name) else { continue }
                let (digest, _) = try blobs.adopt(stagedFile: sample.picture.url)
                entries.append(
                    RevisionEntry(
                        image: name, sha256: digest, label: isUnlabelled ? nil : classes[sample.label],
                        hiddenLabel: isUnlabelled && contents.knowsHidden ? classes[sample.label] : nil, role: role, width: 12, height: 10,
                        format: .png))
            }
        }
        func write(_ count: Int, _ prefix: String, strength: Int? = nil, classes: Int? = nil) throws -> [TrainingSample] {
            try ColourPictures.write(
                count, classes: classes ?? contents.classes.count, strength: strength ?? contents.strength, prefix: prefix, to: place)
        }
        try add(write(contents.labelled, "l"), .train)
        try add(write(contents.unlabelled, "u", strength: contents.unlabelledIsNoise ? 0 : nil), .train, isUnlabelled: true)
        try add(write(contents.validation, "v"), .validation)
        try add(write(contents.test, "t", classes: contents.testLacksLastClass ? classes.count - 1 : nil), .test)
        try RevisionManifest.write(entries, classes: classes, to: files.revision)
    }

    var report: TrainingReport {
        get throws { try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: files.report)) }
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
