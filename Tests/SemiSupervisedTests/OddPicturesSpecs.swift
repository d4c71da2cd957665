import Augmentation
import Base
import Foundation
import Images
import TestSupport
import Testing
import Training

@Suite("Pictures of odd sizes")
struct OddPicturesSpecs {
    @Test(
        "from one pixel to 64 megapixels and as thin as a line become a square for evaluation, weak and strong augmentation",
        arguments: [(1, 1), (1, 3000), (3000, 1), (2, 700), (31, 33), (8000, 8000)])
    func sizes(width: Int, height: Int) throws {
        // Given a picture file of that size
        let place = try TestSupport.temporaryDirectory()
        let url = place.appendingPathComponent("picture.jpg")
        try Data(try ImageEncoder.jpeg(RGBImage(width: width, height: height, red: 200, green: 90, blue: 30), quality: 90)).write(to: url)
        let file = PictureFile(name: "picture", url: url)
        for fit in [Fit.crop, .pad, .squish] {
            let cache = PictureCache(geometry: EvaluationGeometry(size: 32, fit: fit))
            // When it is made ready for evaluation and for training
            let evaluation = try cache.forEvaluation(file)
            let training = try cache.forTraining(file)
            var random = SeededRandom(seed: 1)
            let weak = WeakAugmentation(size: 32, fit: fit, flips: .both)
            let views = [
                evaluation, weak.apply(to: training, random: &random), StrongAugmentation(weak: weak).apply(to: training, random: &random),
            ]
            // Then each is the square that the network takes
            for view in views { #expect(view.width == 32 && view.height == 32) }
            // And its middle has its colour, within JPEG's rounding
            let middle = evaluation[16, 16]
            #expect(abs(Int(middle.red) - 200) < 6 && abs(Int(middle.green) - 90) < 6 && abs(Int(middle.blue) - 30) < 6)
        }
    }
}
