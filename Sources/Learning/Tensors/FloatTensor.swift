/// Numbers in row-major order with their dimensions: how parameters travel between plans and files.
package struct FloatTensor: Sendable, Equatable {
    /// Outermost dimension first; `[]` is a scalar.
    package let shape: [Int]
    package var values: [Float]

    /// - Throws: ``TensorError/countMismatch(shape:values:)`` where the shape does not hold that many values.
    package init(shape: [Int], values: [Float]) throws(TensorError) {
        guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == values.count else {
            throw .countMismatch(shape: shape, values: values.count)
        }
        self.shape = shape
        self.values = values
    }

    package init(zeros shape: [Int]) {
        self.shape = shape
        values = [Float](repeating: 0, count: shape.reduce(1, *))
    }
}

package enum TensorError: Error, Sendable, Equatable {
    case countMismatch(shape: [Int], values: Int)
}
