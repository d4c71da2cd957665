import CKernels
import Testing

/// Expected numbers: float64 loops.
@Suite("Kernels of channels: factors, means, routes")
struct ChannelSpecs {
    static func pictures(_ i: Int, lanes: Int, random: inout RandomFloats) -> BlockedPictures {
        BlockedPictures(
            batch: i % 2 == 0 ? 3 : 1, channels: [3, 12, 20, 58, 60][i], height: 3 + i, width: 2 * i + 1, lanes: lanes, random: &random)
    }

    @Test("Channels times factors, forward and backward", arguments: [8, 16])
    func channelScale(lanes: Int) {
        for i in 0..<5 {
            var random = RandomFloats(seed: i)
            let x = Self.pictures(i, lanes: lanes, random: &random), dy = x.alike(random: &random),
                s = Floats(random.next(x.batch * x.channels))
            let y = x.alike(), shape = x.shape(threads: 1 + i % 3), channels = Int32(x.channels)
            aliquot_channel_scale_forward(shape, channels, x.floats.pointer, s.pointer, y.floats.pointer)
            #expect(y.distance { n, c, p in Double(x[n, c, p]) * Double(s[n * x.channels + c]) } < 1e-6)

            let expected = (0..<x.batch * x.channels).map { at in
                (0..<x.pixels).reduce(0.0) {
                    $0 + Double(x[at / x.channels, at % x.channels, $1]) * Double(dy[at / x.channels, at % x.channels, $1])
                }
            }
            for accumulate in [0, 1] {
                let dx = accumulate == 0 ? x.alike() : x.alike(random: &random), ds = Floats(count: s.count, filling: 77)
                let there = dx.floats.values
                aliquot_channel_scale_backward(
                    shape, channels, dy.floats.pointer, x.floats.pointer, s.pointer, dx.floats.pointer, ds.pointer, Int32(accumulate))
                #expect(ds.distance(expected) < 1e-5)
                let before = x.alike()
                for at in 0..<there.count { before.floats[at] = accumulate == 0 ? 0 : there[at] }
                #expect(dx.distance { n, c, p in Double(dy[n, c, p]) * Double(s[n * x.channels + c]) + Double(before[n, c, p]) } < 1e-6)
            }
        }
    }

    @Test("Global means, forward, backward and added", arguments: [8, 16])
    func means(lanes: Int) {
        for i in 0..<5 {
            var random = RandomFloats(seed: i)
            let x = Self.pictures(i, lanes: lanes, random: &random), y = Floats(count: x.batch * x.channels, filling: 77)
            let shape = x.shape(threads: 1 + i % 3), channels = Int32(x.channels)
            aliquot_global_mean_forward(shape, channels, x.floats.pointer, y.pointer)
            #expect(
                y.distance(
                    (0..<y.count).map { at in
                        (0..<x.pixels).reduce(0.0) { $0 + Double(x[at / x.channels, at % x.channels, $1]) } / Double(x.pixels)
                    }) < 1e-6)
            let dx = x.alike()
            aliquot_global_mean_backward(shape, channels, y.pointer, dx.floats.pointer)
            #expect(dx.distance { n, c, _ in Double(y[n * x.channels + c]) / Double(x.pixels) } < 1e-6)
            aliquot_global_mean_backward_add(shape, channels, y.pointer, dx.floats.pointer)
            #expect(dx.distance { n, c, _ in 2 * Double(y[n * x.channels + c]) / Double(x.pixels) } < 1e-6)
        }
    }

    /// Tables over sources of 20, 58 and 12 channels.
    static let tables: [[aliquot_route_channel]] = {
        func run(_ source: Int, _ channels: Range<Int>) -> [aliquot_route_channel] {
            channels.map { aliquot_route_channel(source: Int32(source), channel: Int32($0)) }
        }
        let shuffled = (0..<58).flatMap {
            [aliquot_route_channel(source: 1, channel: Int32($0)), aliquot_route_channel(source: 0, channel: Int32($0 % 20))]
        }
        return [
            run(1, 0..<58),  // a copy
            run(0, 0..<20) + run(1, 0..<58) + run(2, 0..<12),  // a concatenation that is not aligned
            run(1, 29..<58), run(1, 16..<48),  // slices
            shuffled,  // a shuffle of two, and a source that is read several times
            run(2, 0..<5) + [aliquot_route_channel(source: -1, channel: 0)] + run(2, 5..<12),  // a hole
            (0..<33).map { aliquot_route_channel(source: Int32($0 % 3), channel: Int32($0 * 7 % 12)) },  // all mixed
        ]
    }()

    @Test("A route takes every channel from its place, and its gradient brings every channel back", arguments: [8, 16], tables.indices)
    func routes(lanes: Int, index: Int) {
        let table = Self.tables[index]
        var random = RandomFloats(seed: index)
        // Given three sources
        let sources = [20, 58, 12].map {
            BlockedPictures(batch: 1 + index % 3, channels: $0, height: 15, width: 11, lanes: lanes, random: &random)
        }
        let y = BlockedPictures(batch: 1 + index % 3, channels: table.count, height: 15, width: 11, lanes: lanes, filling: 77)
        let threads = 1 + index % 3
        // When the route runs
        Self.run(table, sources, y, threads: threads, accumulate: false)
        // Then every channel is its source's
        #expect(y.distance { n, c, p in table[c].source < 0 ? 0 : Double(sources[Int(table[c].source)][n, Int(table[c].channel), p]) } == 0)
        // And added a second time all are doubled
        Self.run(table, sources, y, threads: threads, accumulate: true)
        #expect(
            y.distance { n, c, p in table[c].source < 0 ? 0 : 2 * Double(sources[Int(table[c].source)][n, Int(table[c].channel), p]) } == 0)

        // And back: the gradient of a source's channel is the sum over its readers
        let dy = y.alike(random: &random)
        for (s, source) in sources.enumerated() {
            let dx = source.alike()
            var inverse = [aliquot_route_channel](repeating: aliquot_route_channel(source: 9, channel: 9), count: source.channels)
            for reader in 0..<10 {
                let found = aliquot_route_invert(table, Int32(table.count), Int32(s), Int32(source.channels), Int32(reader), &inverse)
                if found == 0, reader > 0 { break }
                Self.run(inverse, [dy], dx, threads: threads, accumulate: reader > 0)
            }
            #expect(
                dx.distance { n, c, p in
                    table.enumerated().reduce(0.0) { sum, entry in
                        entry.element.source == s && entry.element.channel == c ? sum + Double(dy[n, entry.offset, p]) : sum
                    }
                } < 1e-6)
        }
    }

    private static func run(
        _ table: [aliquot_route_channel], _ sources: [BlockedPictures], _ y: BlockedPictures, threads: Int, accumulate: Bool
    ) {
        let pointers: [UnsafePointer<Float>?] = sources.map { UnsafePointer($0.floats.pointer) }, blocks = sources.map { Int32($0.blocks) }
        pointers.withUnsafeBufferPointer { pointers in
            blocks.withUnsafeBufferPointer { blocks in
                table.withUnsafeBufferPointer { table in
                    var job = aliquot_route(
                        shape: y.shape(threads: threads), channels: Int32(y.channels), sources: pointers.baseAddress,
                        source_blocks: blocks.baseAddress, table: table.baseAddress, y: y.floats.pointer, accumulate: accumulate ? 1 : 0)
                    aliquot_route_run(&job)
                }
            }
        }
    }
}
