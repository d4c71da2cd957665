/// From a decoded picture to the square that a network sees. Validation, the test set and the service's inference all use this one function.
///
/// Source: torchvision's `Resize` (bilinear, antialiased) and `CenterCrop`, with Pillow's arithmetic.
package struct EvaluationGeometry: Sendable, Codable, Equatable {
    /// Side of the square, pixels, at least 1.
    package let size: Int
    package let fit: Fit

    package init(size: Int, fit: Fit = .crop) {
        precondition(size > 0, "a picture has at least one pixel")
        self.size = size
        self.fit = fit
    }

    /// The length that the shorter side gets for ``Fit/crop``: `round(size / 0.875)`, so that the crop keeps seven eighths.
    package var resizedShorterSide: Int { Int((Double(size) / 0.875).rounded()) }

    /// What to pass to the decoder as `shorterSideAtLeast`: fewer pixels than this would be missed.
    package var decodeShorterSide: Int { fit == .crop ? resizedShorterSide : size }

    /// - Returns: `size` by `size` pixels.
    package func apply(to image: RGBImage) -> RGBImage {
        let (width, height) = resizedSides(width: image.width, height: image.height)
        switch fit {
        case .squish: return Resize.bilinear(image, width: width, height: height)
        case .crop:
            let window = Resize.Window(left: Self.centred(width - size), top: Self.centred(height - size), width: size, height: size)
            return Resize.bilinear(image, width: width, height: height, window: window)
        case .pad: return padded(Resize.bilinear(image, width: width, height: height))
        }
    }

    /// The antialiased reduction alone: what ``apply(to:)`` looks at before it crops or pads. Pictures are only ever shrunk; one that is smaller than
    /// needed, or hardly larger, is returned as it is. A training cache keeps this picture instead of the decoded one.
    package func reduced(_ image: RGBImage) -> RGBImage {
        let (width, height) = resizedSides(width: image.width, height: image.height)
        guard image.width * 4 > width * 5 || image.height * 4 > height * 5, width <= image.width, height <= image.height else {
            return image
        }
        return Resize.bilinear(image, width: width, height: height)
    }

    /// The sides after resizing, before the crop or the padding. Pixels.
    package func resizedSides(width: Int, height: Int) -> (width: Int, height: Int) {
        switch fit {
        case .squish: return (size, size)
        case .crop:
            let side = resizedShorterSide
            // torchvision `_compute_resized_output_size`: the longer side is cut off, not rounded.
            let longer = Int(Double(side) * Double(max(width, height)) / Double(min(width, height)))
            return width <= height ? (side, longer) : (longer, side)
        case .pad:
            let shorter = max(1, Int((Double(size) * Double(min(width, height)) / Double(max(width, height))).rounded()))
            return width <= height ? (shorter, size) : (size, shorter)
        }
    }

    /// torchvision `center_crop`: `int(round(margin / 2.0))`, halves to even.
    package static func centred(_ margin: Int) -> Int { Int((Double(margin) / 2).rounded(.toNearestOrEven)) }

    /// The colour beside a padded picture: round(255 · mean of ImageNet).
    package static let padding: (red: UInt8, green: UInt8, blue: UInt8) = (124, 116, 104)

    private func padded(_ image: RGBImage) -> RGBImage {
        let (left, top) = (Self.centred(size - image.width), Self.centred(size - image.height))
        let background = RGBImage(width: size, height: size, red: Self.padding.red, green: Self.padding.green, blue: Self.padding.blue)
        return RGBImage(width: size, height: size) { target in
            _ = target.update(fromContentsOf: background.pixels)
            for y in 0..<image.height {
                let start = ((top + y) * size + left) * 3
                let row = UnsafeMutableBufferPointer(rebasing: target[start..<(start + image.width * 3)])
                _ = row.update(fromContentsOf: image.pixels[(y * image.width * 3)..<((y + 1) * image.width * 3)])
            }
        }
    }
}
