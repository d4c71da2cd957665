import Testing

@testable import Images

@Suite("The window of a resize")
struct ResizeWindowSpecs {
    /// Found by a training run that wrote one row too many for pictures whose height needed no change.
    @Test("has the asked size, also where one side or both keep their length")
    func keepsItsSize() throws {
        for (width, height) in [(110, 110), (150, 110), (110, 150), (73, 110), (110, 73), (55, 300)] {
            // Given a picture and the geometry of size 96, which resizes the shorter side to 110
            let image = RGBImage(width: width, height: height, red: 10, green: 20, blue: 30)
            // When it is brought into that geometry
            let square = EvaluationGeometry(size: 96, fit: .crop).apply(to: image)
            // Then it is 96 by 96, and no byte more
            #expect(square.width == 96 && square.height == 96, "\(width) × \(height)")
            #expect(square.pixels.count == 96 * 96 * 3, "\(width) × \(height)")
        }
    }
}
