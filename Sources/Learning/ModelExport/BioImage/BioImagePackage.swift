import Base
import Engine
import Evaluation
import Foundation
import Images
import ModelFormat

/// A float model as a package of the BioImage Model Zoo (`bioimageio.zip`): description, ONNX weights, a test picture with the answer to it, a cover and a text to read.
///
/// What the package describes is the whole way from a picture's values, 0 to 255, to probabilities.
package enum BioImagePackage {
    private enum Name {
        static let description = "rdf.yaml"
        static let weights = "weights.onnx"
        static let input = "test_input.npy"
        static let output = "test_output.npy"
        static let cover = "cover.png"
        static let documentation = "README.md"
    }

    /// - Parameters:
    ///   - version: of the program.
    ///   - title: the model's name.
    ///   - url: must not exist.
    ///   - logits: the float network's answer, `[classes]`, to a normalised picture, `[3, size, size]`.
    /// - Throws: ``ModelExportError``, `SystemError`, and what reading the model and `logits` throw; nothing is left behind.
    package static func write(
        _ model: ModelDirectory, title: String, version: String, to url: URL, logits: ([Float]) throws -> [Float]
    ) throws {
        let manifest = model.manifest
        let weights = try ONNXFile.encode(model, .float, version: version)
        let picture = try testPicture(side: manifest.input.size)
        let values = planes(of: picture)
        let answer = Softmax.probabilities(try logits(normalised(picture, manifest.input)), temperature: manifest.temperature)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let digest = SHA256Digest(of: weights).description
        try ZipFile.write(
            [
                (Name.description, try encoder.encode(description(manifest, title: title, digest: digest))), (Name.weights, weights),
                (Name.input, NumpyFile.encode(values, shape: [1, 3, manifest.input.size, manifest.input.size])),
                (Name.output, NumpyFile.encode(answer.map(Float.init), shape: [1, manifest.classes.count])),
                (Name.cover, Data(try ImageEncoder.png(picture))),
                (Name.documentation, Data(documentation(manifest, title: title, version: version).utf8)),
            ], to: url)
    }

    /// Soft coloured waves: a picture that is the same everywhere, with edges for the network to see.
    private static func testPicture(side: Int) throws(ImageError) -> RGBImage {
        var pixels = [UInt8](repeating: 0, count: 3 * side * side)
        for y in 0..<side {
            for x in 0..<side {
                let (u, v) = (Double(x) / Double(side), Double(y) / Double(side))
                let levels = [0.5 + 0.4 * sin(9 * u + 4 * v), 0.5 + 0.4 * sin(5 * v * v + 7 * u), u > v ? 0.8 - 0.5 * u : 0.2 + 0.5 * v]
                for (channel, level) in levels.enumerated() {
                    pixels[(y * side + x) * 3 + channel] = UInt8(max(0, min(255, (level * 255).rounded())))
                }
            }
        }
        return try RGBImage(width: side, height: side, pixels: pixels)
    }

    /// `[3, side, side]`, 0…255.
    private static func planes(of picture: RGBImage) -> [Float] {
        (0..<3).flatMap { channel in stride(from: channel, to: picture.pixels.count, by: 3).map { Float(picture.pixels[$0]) } }
    }

    /// As the network takes it, `[3, side, side]`.
    private static func normalised(_ picture: RGBImage, _ input: InputDescription) throws(ModelExportError) -> [Float] {
        guard let normalisation = Normalisation(mean: input.mean, std: input.std) else {
            throw .unsupported(what: "a normalisation by \(input.mean) and \(input.std)")
        }
        return [Float](unsafeUninitializedCapacity: picture.pixels.count) { buffer, count in
            if let base = buffer.baseAddress { normalisation.write(picture, to: base) }
            count = picture.pixels.count
        }
    }

    private static func description(_ manifest: ModelManifest, title: String, digest: String) -> ResourceDescription {
        let side = manifest.input.size
        return ResourceDescription(
            name: identifier(title, allowed: "_- ()"),
            description:
                "Sorts pictures into \(manifest.classes.count) classes: \(manifest.classes.joined(separator: ", ")). \(manifest.architecture), trained by aliquot.",
            documentation: .init(source: Name.documentation), covers: [.init(source: Name.cover)],
            inputs: [
                .init(
                    id: "picture", description: "RGB, \(fit(manifest.input)), values 0 to 255",
                    axes: [
                        .init(type: "batch"), .init(type: "channel", channelNames: ["red", "green", "blue"]),
                        .init(type: "space", id: "y", size: side), .init(type: "space", id: "x", size: side),
                    ], data: .init(range: [0, 255]), testTensor: .init(source: Name.input),
                    preprocessing: [
                        .init(id: "scale_linear", kwargs: .init(gain: 1 / 255.0)),
                        .init(
                            id: "fixed_zero_mean_unit_variance",
                            kwargs: .init(mean: manifest.input.mean.map(decimal), std: manifest.input.std.map(decimal), axis: "channel")),
                    ])
            ],
            outputs: [
                .init(
                    id: "probabilities", description: "In the order of config.aliquot.classes",
                    axes: [.init(type: "batch"), .init(type: "channel", channelNames: channelNames(manifest.classes))],
                    data: .init(range: [0, 1]), testTensor: .init(source: Name.output),
                    // A scale of 1 is refused as redundant.
                    postprocessing: (manifest.temperature == 1
                        ? [] : [.init(id: "scale_linear", kwargs: .init(gain: 1 / manifest.temperature))])
                        + [.init(id: "softmax", kwargs: .init(axis: "channel"))])
            ], weights: .init(onnx: .init(source: Name.weights, sha256: digest, opsetVersion: ONNXFile.opset)),
            tags: ["classification", "aliquot", manifest.architecture],
            config: .init(
                aliquot: .init(
                    classes: manifest.classes, architecture: manifest.architecture, temperature: manifest.temperature,
                    fit: manifest.input.fit)))
    }

    /// 0.485, not the nearest number of 32 bits.
    private static func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

    private static func fit(_ input: InputDescription) -> String {
        switch input.fit {
        case "crop": "the middle of a picture whose shorter side was resized"
        case "pad": "a whole picture, padded to a square"
        default: "a whole picture, squeezed to a square"
        }
    }

    /// Letters, digits and what is allowed besides; the rest becomes `_`.
    private static func identifier(_ text: String, allowed: String) -> String {
        String(
            text.unicodeScalars.map {
                ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0) || allowed.unicodeScalars.contains($0)
                    ? Character($0) : "_"
            })
    }

    /// Names of axes are identifiers, each once; the classes themselves stand in the configuration.
    private static func channelNames(_ classes: [String]) -> [String] {
        var used: Set<String> = []
        return classes.enumerated().map { index, label in
            var name = identifier(label, allowed: "_")
            if !(name.first?.isLetter ?? false) { name = "class_" + name }
            if !used.insert(name).inserted {
                name += "_\(index)"
                used.insert(name)
            }
            return name
        }
    }

    private static func documentation(_ manifest: ModelManifest, title: String, version: String) -> String {
        let lineage = manifest.lineage
        let facts: [(String, String?)] = [
            ("Network", manifest.architecture), ("Method", lineage.method), ("Dataset", lineage.dataset), ("Revision", lineage.revision),
            ("Pretrained weights", lineage.initialWeights), ("Seed", lineage.seed.map { "\($0)" }), ("Made by", lineage.madeBy),
            ("Exported by", "aliquot \(version)"),
        ]
        let lines = facts.compactMap { name, value in value.map { "- \(name): \($0)" } }
        let classes = manifest.classes.enumerated().map { "\($0 + 1). \($1)" }
        return """
            # \(title)

            Sorts pictures into \(manifest.classes.count) classes. A picture (RGB, 0 to 255) is \(fit(manifest.input)), \(manifest.input.size) × \(manifest.input.size); the answer is a probability for each class:

            \(classes.joined(separator: "\n"))

            \(lines.joined(separator: "\n"))

            ## Validation

            It says nothing about pictures of another kind than those it learned from: measure it on your own before you trust it.

            """
    }
}
