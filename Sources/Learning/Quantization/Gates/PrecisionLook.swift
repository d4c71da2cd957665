import Evaluation

/// One picture as int8 and float see it.
package struct PrecisionLook: Sendable, Equatable {
    /// The classes that the two give.
    package let int8Class: Int
    package let floatClass: Int
    /// Int8's best logit minus its second best, ≥ 0.
    package let margin: Float
    /// The most by which float moves another class towards int8's best: the largest `(f_c − f_best) − (q_c − q_best)` over all other classes c. Float gives another class
    /// than int8 only where this is at least ``margin``; it does not depend on how sure the picture is, so it tells of pictures that were not seen.
    package let shift: Float

    /// - Parameters:
    ///   - int8: logits of one picture, at least two.
    ///   - float: as many.
    package init(int8: [Float], float: [Float]) {
        let best = Softmax.mode(int8)
        int8Class = best
        floatClass = Softmax.mode(float)
        var margin = Float.infinity
        var shift = -Float.infinity
        for index in int8.indices where index != best {
            margin = min(margin, int8[best] - int8[index])
            shift = max(shift, (float[index] - float[best]) - (int8[index] - int8[best]))
        }
        self.margin = margin
        self.shift = shift
    }

    /// What is answered where float takes over below `threshold`.
    package func answer(below threshold: Float) -> Int { margin < threshold ? floatClass : int8Class }

    /// The logits that are answered with where float takes over below `threshold`: one row a picture, of either.
    package static func answers(int8: [[Float]], float: [[Float]], below threshold: Float) -> [[Float]] {
        zip(int8, float).map { PrecisionLook(int8: $0, float: $1).margin < threshold ? $1 : $0 }
    }
}
