/// Activations in float64: `[batch, channels, height, width]`, or `[batch, features]` where height and width are 1, row-major.
struct Planes {
    let batch: Int
    let channels: Int
    let height: Int
    let width: Int
    var numbers: [Double]

    init(batch: Int, channels: Int, height: Int, width: Int) {
        (self.batch, self.channels, self.height, self.width) = (batch, channels, height, width)
        numbers = [Double](repeating: 0, count: batch * channels * height * width)
    }

    /// Zeros for a node's shape.
    init(shape: [Int]) {
        self.init(batch: shape[0], channels: shape[1], height: shape.count > 2 ? shape[2] : 1, width: shape.count > 2 ? shape[3] : 1)
    }

    var area: Int { height * width }

    /// Where the plane of a picture's channel begins.
    func start(_ picture: Int, _ channel: Int) -> Int { (picture * channels + channel) * area }

    /// The same shape, its numbers through `transform`.
    func map(_ transform: (Double) -> Double) -> Planes {
        var result = self
        for index in numbers.indices { result.numbers[index] = transform(numbers[index]) }
        return result
    }

    mutating func add(_ other: Planes) { for index in numbers.indices { numbers[index] += other.numbers[index] } }
}
