import Base
import Foundation
import Images
import Training

/// Pictures that are mostly red, green or blue, with seeded nuisance: as PNG files in a directory of the test.
package enum ColourPictures {
    package static let geometry = EvaluationGeometry(size: 8)

    /// - Parameter strength: how much the class's colour stands out, grey levels.
    package static func write(_ count: Int, classes: Int = 3, strength: Int = 60, prefix: String, to directory: URL, seed: UInt64 = 5)
        throws -> [TrainingSample]
    {
        try (0..<count).map { index in
            var random = SeededRandom(seed: seed, purpose: "\(prefix).\(index)")
            let label = index % classes
            var pixels: [UInt8] = []
            for _ in 0..<(12 * 10) {
                for channel in 0..<3 { pixels.append(UInt8(90 + (channel == label ? strength : 0) + Int(random.uniform(-40, 40)))) }
            }
            let name = "\(prefix)\(index).png"
            let url = directory.appendingPathComponent(name)
            try Data(ImageEncoder.png(try RGBImage(width: 12, height: 10, pixels: pixels))).write(to: url)
            return TrainingSample(picture: PictureFile(name: name, url: url), label: label)
        }
    }
}
