import Explanation
import Images
import Testing

@Suite("A heat map over its picture")
struct HeatMapOverlaySpecs {
    private let white = RGBImage(width: 40, height: 20, red: 200, green: 200, blue: 200)

    private func pixel(_ picture: RGBImage, _ x: Int, _ y: Int) -> [UInt8] {
        let (red, green, blue) = picture[x, y]
        return [red, green, blue]
    }

    @Test("numbers are scaled to 0…1, and what speaks against the class is nothing") func scales() {
        let map = HeatMap(side: 2, unscaled: [-1, 0, 2, 0.5])
        #expect(map.values == [0, 0, 1, 0.25] && map.peak == 2)
        #expect(map.rows == [[0, 0], [1, 0.25]])
        // Where nothing speaks for it, nothing is hot.
        let cold = HeatMap(side: 2, unscaled: [-1, -2, 0, -3])
        #expect(cold.values == [0, 0, 0, 0] && cold.peak == 0)
    }

    @Test("colours lie where the map is hot, the picture stays as it is where it is cold, and grey is what was not seen")
    func colours() {
        // Given a map of two by two that is hot at the lower right, over the right half of a picture
        let map = HeatMap(side: 2, unscaled: [0, 0, 0, 1])
        let overlay = HeatMapOverlay(map, covering: PictureArea(left: 20, top: 0, width: 20, height: 20))
        // When it is drawn
        let drawn = overlay.drawn(on: white)
        // Then the left half is grey at half its brightness
        #expect(pixel(drawn, 5, 10) == [100, 100, 100])
        // And the cold corner is the picture's own
        #expect(pixel(drawn, 21, 1) == [200, 200, 200])
        // And the hot corner is 0.65 · viridis(1) + 0.35 · 200 = 0.65 · (253, 231, 37) + 70
        #expect(pixel(drawn, 39, 19) == [234, 220, 94])
        // And half way between a cold and the hot cell's middle, at x = 20 + 10, the map is 0.5: the column above pixel 30's middle is 10.5 of 20, so the
        // share of the right cell is 0.55; viridis(0.55) = (31, 151, 139) + 5/15 of the way to (33, 165, 133), alpha 0.3575
        let level = { (picture: Float, colour: Float) in UInt8((picture * (1 - 0.3575) + colour * 0.3575).rounded()) }
        #expect(pixel(drawn, 30, 19) == [level(200, 31 + 2.0 / 3), level(200, 151 + 14.0 / 3), level(200, 139 - 6.0 / 3)])
    }

    @Test("the part that a network sees: all when squished, the middle when cropped, more than all when padded")
    func covers() {
        // Given a picture of 400 by 200 pixels and a network that takes 224
        let area = { (fit: Fit) in EvaluationGeometry(size: 224, fit: fit).coverage(width: 400, height: 200) }
        // Then: squish takes all
        #expect(area(.squish) == PictureArea(left: 0, top: 0, width: 400, height: 200))
        // crop makes it 512 by 256 and takes 224 from (144, 16); a pixel there is 400/512 = 0.78125 pixels of the picture
        #expect(area(.crop) == PictureArea(left: 112.5, top: 12.5, width: 175, height: 175))
        // pad makes it 224 by 112 with 56 above; a pixel there is 400/224 pixels of the picture
        let padded = area(.pad)
        #expect(padded.left == 0 && padded.width == 400)
        #expect(abs(padded.top + 100) < 1e-9 && abs(padded.height - 400) < 1e-9)
    }
}
