import Aliquot
import Foundation
import TestSupport
import TrainingTestSupport

/// A folder of tiny pictures of two colours in the layout of an archive, and a place for an output beside it.
struct ColourFolder {
    let pictures: URL
    let output: URL

    init(labelled: Int = 12, unlabelled: Int = 8, test: Int = 6, classes: [String] = ["red", "green"]) throws {
        let place = try TestSupport.temporaryDirectory()
        pictures = place.appendingPathComponent("colours", isDirectory: true)
        output = place.appendingPathComponent("out", isDirectory: true)
        for (prefix, count, folder) in [("l", labelled, "labelled"), ("u", unlabelled, "unlabelled"), ("t", test, "test")] {
            for sample in try ColourPictures.write(count, classes: 2, strength: 70, prefix: prefix, to: place) {
                let inner = folder == "unlabelled" ? folder : "\(folder)/\(classes[sample.label])"
                let home = pictures.appendingPathComponent(inner, isDirectory: true)
                try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
                try FileManager.default.moveItem(at: sample.picture.url, to: home.appendingPathComponent(sample.picture.name))
            }
        }
    }

    /// Two epochs of plain distillation in some seconds.
    var options: TrainingOptions {
        var options = TrainingOptions(network: .mobileNetV2, method: .plainDistillation)
        options.imageSize = 32
        options.epochs = 2
        options.batchSize = 4
        options.learningRate = 0.01
        options.confidence = 0.3
        options.threads = 1
        return options
    }

    var testPicture: URL { pictures.appendingPathComponent("test/red/t0.png") }

    func names(in folder: URL) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
}
