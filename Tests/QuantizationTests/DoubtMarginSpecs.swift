import Quantization
import Testing

@Suite("When int8 is in doubt")
struct DoubtMarginSpecs {
    @Test("a picture is seen by its margin and by how far float moves another class")
    func looksAtBothPrecisions() {
        // Given int8 logits whose best two are 0.5 apart, and float logits that prefer the second class by 0.25
        let look = PrecisionLook(int8: [2, 1.5, -1], float: [1.75, 2, -3])
        // Then float moves class 1 by 2 − 1.75 − (1.5 − 2) = 0.75 towards class 0, more than the margin of 0.5
        #expect(look.int8Class == 0)
        #expect(look.floatClass == 1)
        #expect(look.margin == 0.5)
        #expect(look.shift == 0.75)
        // And float answers below a threshold above the margin only
        #expect(look.answer(below: 0.5) == 0)
        #expect(look.answer(below: 0.51) == 1)
    }

    @Test("float disagrees only where the shift reaches the margin", arguments: 0..<200)
    func shiftBoundsDisagreement(seed: Int) {
        // Given any two rows of logits (a linear congruential sequence, Knuth's constants)
        var state = UInt64(seed)
        func next() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) * 4 - 2
        }
        let int8 = (0..<5).map { _ in next() }
        let float = int8.map { $0 + next() / 2 }
        // When they are seen together
        let look = PrecisionLook(int8: int8, float: float)
        // Then
        if look.floatClass != look.int8Class { #expect(look.shift >= look.margin) }
        if look.shift < look.margin { #expect(look.floatClass == look.int8Class) }
    }

    @Test("the threshold leaves no more disagreements than are allowed")
    func leavesFew() {
        // Given pictures with margins 1, 2, … 10, and shifts of which a half exceeds 1, a quarter 2.5, none 4
        let margins = (1...10).map { Float($0) }
        let shifts: [Float] = [0, 0, 2, 4]
        // When all are left to int8, (2 + 1 + 1) / 4 of ten pictures are expected to differ: margin 1 by two shifts of four, 2 and 3 by one
        // Then a tenth is not exceeded with the threshold at 0
        #expect(DoubtMargin.smallest(margins: margins, shifts: shifts, leaving: 0.1) == 0)
        // and with 0.05 the picture with margin 1 is in doubt, with less also those of 2 and 3
        #expect(DoubtMargin.smallest(margins: margins, shifts: shifts, leaving: 0.05) == Float(1).nextUp)
        #expect(DoubtMargin.smallest(margins: margins, shifts: shifts, leaving: 0.025) == Float(2).nextUp)
        #expect(DoubtMargin.smallest(margins: margins, shifts: shifts, leaving: 0) == Float(3).nextUp)
    }

    @Test("nothing seen: everything is in doubt")
    func knowsNothing() {
        #expect(DoubtMargin.smallest(margins: [], shifts: [1], leaving: 0.5) == .infinity)
        #expect(DoubtMargin.smallest(margins: [1], shifts: [], leaving: 0.5) == .infinity)
    }
}
