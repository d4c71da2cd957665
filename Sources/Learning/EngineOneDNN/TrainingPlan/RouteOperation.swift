import CKernels
import Engine

/// One run of the route kernel.
final class RouteOperation: PlanOperation {
    let node: String
    let kind: String
    let implementation = "aliquot:route"
    let flops = 0.0
    private let shape: aliquot_blocked_shape
    private let sources: [Buffer]
    private let result: Buffer
    private let channels: Int32
    private let accumulates: Bool
    private let table: UnsafeMutablePointer<aliquot_route_channel>
    private let blocks: UnsafeMutablePointer<Int32>
    private let addresses: UnsafeMutablePointer<UnsafePointer<Float>?>

    /// - Parameters:
    ///   - shape: of the result, whose channel `c` is `table[c]`.
    ///   - sources: with their numbers of channel blocks.
    init(
        _ node: String, _ kind: String, shape: aliquot_blocked_shape, table: [aliquot_route_channel], sources: [(Buffer, Int32)],
        result: Buffer, accumulates: Bool = false
    ) {
        self.node = node
        self.kind = kind
        self.shape = shape
        self.sources = sources.map(\.0)
        self.result = result
        self.accumulates = accumulates
        channels = Int32(table.count)
        self.table = .allocate(capacity: table.count)
        self.table.initialize(from: table, count: table.count)
        let counts = sources.map(\.1)
        blocks = .allocate(capacity: counts.count)
        blocks.initialize(from: counts, count: counts.count)
        addresses = .allocate(capacity: counts.count)
        addresses.initialize(repeating: nil, count: counts.count)
    }

    deinit {
        table.deallocate()
        blocks.deallocate()
        addresses.deallocate()
    }

    func bind(_ runtime: Runtime) {
        for (index, source) in sources.enumerated() { addresses[index] = UnsafePointer(source.floats) }
    }

    func run(_ runtime: Runtime) {
        var job = aliquot_route(
            shape: shape, channels: channels, sources: addresses, source_blocks: blocks, table: table, y: result.floats,
            accumulate: accumulates ? 1 : 0)
        aliquot_route_run(&job)
    }
}
