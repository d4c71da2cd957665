import CKernels

/// Pictures in the kernels' layout: `[batch, blocks, height, width, lanes]`, zero in the lanes behind the last channel.
struct BlockedPictures {
    let batch: Int
    let channels: Int
    let height: Int
    let width: Int
    let lanes: Int
    let floats: Floats

    /// - Parameter filling: what every float holds at first, the lanes behind the last channel too: something that a test would see if it stayed.
    init(batch: Int, channels: Int, height: Int, width: Int, lanes: Int, filling: Float = 0) {
        self.batch = batch
        self.channels = channels
        self.height = height
        self.width = width
        self.lanes = lanes
        floats = Floats(count: batch * ((channels + lanes - 1) / lanes) * height * width * lanes, filling: filling)
    }

    /// Memory of the same shape.
    func alike(filling: Float = 77) -> BlockedPictures {
        BlockedPictures(batch: batch, channels: channels, height: height, width: width, lanes: lanes, filling: filling)
    }

    /// Random numbers of the same shape.
    func alike(random: inout RandomFloats, scale: Float = 1) -> BlockedPictures {
        BlockedPictures(batch: batch, channels: channels, height: height, width: width, lanes: lanes, random: &random, scale: scale)
    }

    init(batch: Int, channels: Int, height: Int, width: Int, lanes: Int, random: inout RandomFloats, scale: Float = 1) {
        self.init(batch: batch, channels: channels, height: height, width: width, lanes: lanes)
        for n in 0..<batch {
            for c in 0..<channels {
                for p in 0..<pixels { self[n, c, p] = random.next() * scale }
            }
        }
    }

    var blocks: Int { (channels + lanes - 1) / lanes }
    var pixels: Int { height * width }

    subscript(n: Int, c: Int, p: Int) -> Float {
        get { floats[((n * blocks + c / lanes) * pixels + p) * lanes + c % lanes] }
        nonmutating set { floats[((n * blocks + c / lanes) * pixels + p) * lanes + c % lanes] = newValue }
    }

    /// Row `y`, column `x`; zero outside.
    func padded(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double {
        y < 0 || x < 0 || y >= height || x >= width ? 0 : Double(self[n, c, y * width + x])
    }

    func shape(threads: Int) -> aliquot_blocked_shape {
        aliquot_blocked_shape(
            batch: Int32(batch), blocks: Int32(blocks), pixels: Int32(pixels), width: Int32(lanes), threads: Int32(threads))
    }

    /// The greatest distance from what `expected` says of every channel; infinite where a lane behind the last channel is not `behind`.
    func distance(behind: Float = 0, _ expected: (_ n: Int, _ c: Int, _ p: Int) -> Double) -> Double {
        var worst = 0.0
        for n in 0..<batch {
            for c in 0..<blocks * lanes {
                for p in 0..<pixels {
                    let got = Double(self[n, c, p])
                    let distance = c < channels ? abs(got - expected(n, c, p)) : (got == Double(behind) ? 0 : .infinity)
                    worst = distance <= worst ? worst : distance.isNaN ? .infinity : distance
                }
            }
        }
        return worst
    }

    /// Parameters of the channels, as long as the blocks are, zero behind the last channel.
    func parameters(_ value: (_ channel: Int) -> Float) -> Floats { Floats((0..<blocks * lanes).map { $0 < channels ? value($0) : 0 }) }
}
