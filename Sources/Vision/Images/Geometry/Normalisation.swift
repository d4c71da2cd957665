/// From bytes to the numbers that a network was trained on: `(level / 255 − mean) / std`, each channel on its own.
package struct Normalisation: Sendable, Codable, Equatable {
    /// Red, green, blue; of levels scaled to 0 ... 1.
    package let mean: [Float]
    /// Red, green, blue; positive.
    package let std: [Float]

    /// Nil unless there are three finite means and three finite, positive deviations.
    package init?(mean: [Float], std: [Float]) {
        guard mean.count == 3, std.count == 3, mean.allSatisfy(\.isFinite), std.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        self.init(checkedMean: mean, std: std)
    }

    private init(checkedMean mean: [Float], std: [Float]) {
        self.mean = mean
        self.std = std
    }

    /// Mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225): of the published weights of torchvision and timm.
    package static let imageNet = Normalisation(checkedMean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (mean, std) = (try container.decode([Float].self, forKey: .mean), try container.decode([Float].self, forKey: .std))
        guard let value = Normalisation(mean: mean, std: std) else {
            throw DecodingError.dataCorruptedError(
                forKey: .std, in: container, debugDescription: "mean and std need three finite numbers each, std above 0")
        }
        self = value
    }

    /// Writes `[height, width, 3]` bytes as `[3, height, width]` floats.
    ///
    /// - Parameter target: room for `width * height * 3` floats.
    package func write(_ image: RGBImage, to target: UnsafeMutablePointer<Float>) {
        let area = image.width * image.height
        let (red, green, blue) = (table(0), table(1), table(2))
        image.pixels.withUnsafeBufferPointer { pixels in
            red.withUnsafeBufferPointer { red in
                green.withUnsafeBufferPointer { green in
                    blue.withUnsafeBufferPointer { blue in
                        for index in 0..<area {
                            target[index] = red[Int(pixels[index * 3])]
                            target[area + index] = green[Int(pixels[index * 3 + 1])]
                            target[2 * area + index] = blue[Int(pixels[index * 3 + 2])]
                        }
                    }
                }
            }
        }
    }

    /// `[3, height, width]` floats of a new array.
    package func floats(_ image: RGBImage) -> [Float] {
        let count = image.width * image.height * 3
        return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress {
                write(image, to: start)
                filled = count
            }
        }
    }

    /// The 256 values that a level of this channel can become.
    private func table(_ channel: Int) -> [Float] {
        let (mean, std) = (mean[channel], std[channel])
        return (0..<256).map { (Float($0) / 255 - mean) / std }
    }
}
