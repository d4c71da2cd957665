import CKernels
import Testing

/// Expected numbers: float64, element by element.
@Suite("Elementwise kernels")
struct ElementwiseSpecs {
    static let counts = [1, 15, 16, 1000, 4099]

    @Test("An activation of a sum, and its gradient in place", arguments: PlainActivation.all)
    func activation(activation: PlainActivation) {
        for (i, count) in Self.counts.enumerated() {
            var random = RandomFloats(seed: 3 + i)
            let x = Floats(random.next(count).map { $0 * 8 }), residual = Floats(random.next(count)), y = Floats(count: count)
            let threads = Int32(1 + i % 3)
            aliquot_activation_forward(x.pointer, residual.pointer, y.pointer, Int64(count), activation.kind, threads)
            let sums = (0..<count).map { x[$0] + residual[$0] }
            #expect(y.distance(sums.map { activation(Double($0)) }) < 1e-6)

            let dy = Floats(random.next(count)), dy2 = Floats(random.next(count))
            let expected = (0..<count).map { (Double(dy[$0]) + Double(dy2[$0])) * activation.derivative(Double(sums[$0])) }
            let told = activation.isDerivedFromArgument ? Floats(sums) : y
            let isDecided = sums.allSatisfy { !activation.isUndecided(Double($0)) }
            #expect(isDecided, "the seed has a number at a kink")
            aliquot_activation_backward(dy.pointer, dy2.pointer, told.pointer, dy.pointer, Int64(count), activation.kind, threads)
            #expect(dy.distance(expected) < 2e-6)
        }
    }

    @Test("SiLU and sigmoid are accurate for small, large and extreme arguments")
    func exponential() {
        let x = Floats([-1e30, -200, -88, -87, -20, -5, -1, -1e-3, -1e-8, 0, 1e-8, 1e-3, 1, 5, 20, 87, 88, 200, 1e30])
        for kind in [ALIQUOT_SILU, ALIQUOT_SIGMOID] {
            let plain = PlainActivation(kind: kind), y = Floats(count: x.count)
            aliquot_activation_forward(x.pointer, nil, y.pointer, Int64(x.count), kind, 1)
            for i in 0..<x.count where abs(x[i]) < 80 {
                let expected = plain(Double(x[i]))
                #expect(abs(Double(y[i]) - expected) <= 3e-7 * abs(expected), "at \(x[i])")
            }
            for i in 0..<x.count where x[i] <= -88 { #expect(abs(y[i]) < 1e-6 * max(1, abs(x[i]) * 1e-25)) }
            #expect(y[x.count - 1] == (kind == ALIQUOT_SILU ? 1e30 : 1))
        }
    }

    @Test("Not-a-number passes through every activation", arguments: PlainActivation.all)
    func notANumber(activation: PlainActivation) {
        let x = Floats([Float](repeating: .nan, count: 17)), y = Floats(count: 17)
        aliquot_activation_forward(x.pointer, nil, y.pointer, 17, activation.kind, 1)
        let count = y.values.count { $0.isNaN }
        #expect(count == 17)
    }

    @Test("Rounding to bfloat16 goes to the nearest, at ties to even, and keeps infinities and what is no number")
    func bfloat16() {
        // Given numbers, and those of their neighbours whose lower 16 bits are all 0, which are what can be had
        var random = RandomFloats(seed: 5)
        let special: [Float] = [
            0, -0, 1, -1, .infinity, -.infinity, 3.4e38, Float(bitPattern: 0x0001_1234), Float(bitPattern: 0x3f80_8000),
            Float(bitPattern: 0x3f81_8000),
        ]
        let x = Floats(special + random.next(1003)), count = x.count
        let y = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
        defer { y.deallocate() }
        // When they are rounded
        aliquot_round_to_bfloat16(x.pointer, y, Int64(count), 2)
        // Then the upper neighbour is taken where it is nearer, or as near and even
        for i in 0..<count {
            let below = UInt32(x[i].bitPattern >> 16), above = below + 1
            func value(_ bits: UInt32) -> Double { Double(Float(bitPattern: bits << 16)) }
            var expected = below
            if x[i].isFinite {
                // Beyond the largest finite number lies 2¹²⁸ for this purpose.
                let upper = value(above).isFinite ? value(above) : (x[i] < 0 ? -1 : 1) * 0x1p128
                let down = abs(Double(x[i]) - value(below)), up = abs(upper - Double(x[i]))
                if up < down || up == down && !below.isMultiple(of: 2) { expected = above }
            }
            #expect(UInt32(y[i]) == expected, "\(x[i])")
        }
        let none = Floats([.nan, Float(bitPattern: 0x7f80_0001)])
        aliquot_round_to_bfloat16(none.pointer, y, 2, 1)
        #expect((0..<2).allSatisfy { Float(bitPattern: UInt32(y[$0]) << 16).isNaN })
    }

    @Test("Sums of one to sixteen parts", arguments: [1, 2, 3, 16])
    func sums(parts: Int) {
        for (i, count) in Self.counts.enumerated() {
            var random = RandomFloats(seed: i)
            let all = (0..<parts).map { _ in Floats(random.next(count)) }
            let expected = (0..<count).map { at in all.reduce(0.0) { $0 + Double($1[at]) } }
            let pointers: [UnsafePointer<Float>?] = all.map { UnsafePointer($0.pointer) }
            aliquot_sum(pointers, Int32(parts), all[parts - 1].pointer, Int64(count), Int32(1 + i % 3))
            #expect(all[parts - 1].distance(expected) < 1e-6)
        }
    }

    @Test("A factor for every picture, and one for all")
    func pictureFactors() {
        var random = RandomFloats(seed: 1)
        let x = Floats(random.next(3 * 37)), residual = Floats(random.next(3 * 37)), factors = Floats([2, 0, -1]), y = Floats(count: 3 * 37)
        aliquot_picture_scale(3, 37, x.pointer, factors.pointer, residual.pointer, y.pointer, 2)
        #expect(y.distance((0..<3 * 37).map { Double(x[$0]) * Double(factors[$0 / 37]) + Double(residual[$0]) }) < 1e-6)
        aliquot_picture_scale(3, 37, x.pointer, factors.pointer, nil, y.pointer, 3)
        #expect(y.distance((0..<3 * 37).map { Double(x[$0]) * Double(factors[$0 / 37]) }) < 1e-6)
        aliquot_scale(y.pointer, 3 * 37, 0.5, 2)
        #expect(y.distance((0..<3 * 37).map { Double(x[$0]) * Double(factors[$0 / 37]) / 2 }) < 1e-6)
    }

    @Test("Dropout keeps about the share that it should, scales it, and repeats itself")
    func dropout() {
        let x = Floats(count: 100_000, filling: 1), y = Floats(count: 100_000), again = Floats(count: 100_000)
        aliquot_dropout(x.pointer, y.pointer, 100_000, 0.2, 5)
        aliquot_dropout(x.pointer, again.pointer, 100_000, 0.2, 5)
        #expect(y.values == again.values)
        for threads in 2...3 {
            aliquot_dropout_threads(x.pointer, again.pointer, 100_000, 0.2, 5, Int32(threads))
            #expect(y.values == again.values)
        }
        #expect(Set(y.values) == [0, 1.25])
        // 20,000 expected; the standard deviation is 126
        let zeros = y.values.count { $0 == 0 }
        #expect(abs(zeros - 20_000) < 600)
    }
}
