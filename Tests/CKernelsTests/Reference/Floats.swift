/// Memory of exactly so many floats at one place, so that kernels can be given pointers and the address sanitizer sees what lies behind.
final class Floats {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int, filling: Float = 0) {
        self.count = count
        // As aligned as the plans' memory is.
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: 64)
        pointer = bytes.bindMemory(to: Float.self, capacity: count)
        pointer.initialize(repeating: filling, count: count)
    }

    convenience init(_ values: [Float]) {
        self.init(count: values.count)
        for (i, value) in values.enumerated() { pointer[i] = value }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    subscript(i: Int) -> Float {
        get { pointer[i] }
        set { pointer[i] = newValue }
    }

    var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    /// The greatest distance from `expected`, relative to the greatest magnitude in it where that is above 1; infinite for a NaN.
    func distance(_ expected: [Double]) -> Double {
        guard expected.count == count else { return .infinity }
        let magnitude = expected.reduce(1) { max($0, abs($1)) }
        return expected.enumerated().reduce(0) { worst, one in
            let distance = abs(Double(pointer[one.offset]) - one.element) / magnitude
            return distance <= worst ? worst : distance.isNaN ? .infinity : distance
        }
    }
}
