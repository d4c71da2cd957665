import CKernels
import Testing

/// Expected numbers: float64 loops.
@Suite("Linear layers")
struct LinearSpecs {
    static let sizes = [(1, 5, 3), (3, 33, 10), (7, 64, 65), (16, 100, 7), (64, 17, 40), (5, 1280, 5), (2, 1, 1), (6, 20, 9), (3, 8, 6)]

    @Test("Forward with bias and activation, backward by data and by weights", arguments: sizes.indices)
    func linear(index: Int) {
        let (n, inputs, outputs) = Self.sizes[index]
        for threads in 1...3 {
            var random = RandomFloats(seed: index)
            let x = Floats(random.next(n * inputs)), w = Floats(random.next(outputs * inputs)), b = Floats(random.next(outputs))
            let dy = Floats(random.next(n * outputs)), y = Floats(count: n * outputs, filling: 77)
            let (cn, ci, co, ct) = (Int32(n), Int32(inputs), Int32(outputs), Int32(threads))
            let plain = (0..<n * outputs).map { at in
                (0..<inputs).reduce(0.0) { $0 + Double(x[at / outputs * inputs + $1]) * Double(w[at % outputs * inputs + $1]) }
            }
            aliquot_linear_forward(cn, ci, co, x.pointer, w.pointer, nil, y.pointer, ct)
            #expect(y.distance(plain) < 2e-6)
            let biased = plain.enumerated().map { $1 + Double(b[$0 % outputs]) }
            aliquot_linear_forward(cn, ci, co, x.pointer, w.pointer, b.pointer, y.pointer, ct)
            #expect(y.distance(biased) < 2e-6)
            for activation in PlainActivation.all {
                aliquot_linear_forward_activated(cn, ci, co, x.pointer, w.pointer, b.pointer, y.pointer, activation.kind, ct)
                #expect(y.distance(biased.map { activation($0) }) < 2e-5)
            }

            let dx = Floats(count: n * inputs, filling: 77), dw = Floats(count: outputs * inputs, filling: 77),
                db = Floats(count: outputs, filling: 77)
            aliquot_linear_backward_data(cn, ci, co, dy.pointer, w.pointer, dx.pointer, ct)
            #expect(
                dx.distance(
                    (0..<n * inputs).map { at in
                        (0..<outputs).reduce(0.0) { $0 + Double(dy[at / inputs * outputs + $1]) * Double(w[$1 * inputs + at % inputs]) }
                    }) < 2e-6)
            let expected = (0..<outputs * inputs).map { at in
                (0..<n).reduce(0.0) { $0 + Double(dy[$1 * outputs + at / inputs]) * Double(x[$1 * inputs + at % inputs]) }
            }
            aliquot_linear_backward_weights(cn, ci, co, x.pointer, dy.pointer, dw.pointer, db.pointer, ct)
            #expect(dw.distance(expected) < 2e-6)
            #expect(db.distance((0..<outputs).map { o in (0..<n).reduce(0.0) { $0 + Double(dy[$1 * outputs + o]) } }) < 2e-6)
            let alone = Floats(count: dw.count, filling: 77)
            aliquot_linear_backward_weights(cn, ci, co, x.pointer, dy.pointer, alone.pointer, nil, ct)
            #expect(alone.values == dw.values)
        }
    }
}
