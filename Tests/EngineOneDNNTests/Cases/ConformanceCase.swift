import Engine
import Testing

/// A small network around one operation, and the pictures that it is tried with.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let name: String
    let batch: Int
    let side: Int
    let graph: Graph

    var testDescription: String { "\(name), \(batch) of \(side)²" }

    static let classes = 3

    /// The picture through a 3×3 convolution to `channels`, then `body`, then, if that ends in pictures, the global mean and a linear head. So every gradient that the
    /// operation gives back shows in the first convolution's weights.
    init(_ name: String, batch: Int, side: Int, channels: Int, stem stride: Int = 1, _ body: (inout GraphBuilder, Int) -> Int) {
        var builder = GraphBuilder(architecture: name)
        let x = builder.convolution("stem", builder.input, outputs: channels, kernel: 3, stride: stride, hasBias: true)
        let y = builder.globalAveragePool(body(&builder, x))
        self.init(name, batch: batch, side: side, builder.head("head", y, classes: Self.classes))
    }

    init(_ name: String, batch: Int, side: Int, _ graph: Graph) {
        self.name = name
        self.batch = batch
        self.side = side
        self.graph = graph
    }
}
