/// Colours from dark violet over green to yellow, of evenly rising lightness: a step looks as large as it is, in grey print and to the colour-blind too, and none is a
/// colour of stained tissue.
///
/// Source: viridis of matplotlib (Stéfan van der Walt and Nathaniel Smith, CC0): every 15th of its 256 colours, straight lines between them, so at most 5 of 255 levels off.
enum Viridis {
    private static let anchors: [UInt32] = [
        0x440154, 0x481769, 0x472A7A, 0x433D84, 0x3D4E8A, 0x355E8D, 0x2E6D8E, 0x297B8E, 0x23898E, 0x1F978B, 0x21A585, 0x2EB37C, 0x46C06F,
        0x65CB5E, 0x89D548, 0xB0DD2F, 0xD8E219, 0xFDE725,
    ]

    /// 256 colours, red, green, blue each: 768 levels.
    static let levels: [Float] = (0..<256).flatMap { index -> [Float] in
        let lower = min(index / 15, anchors.count - 2)
        let share = Float(index - 15 * lower) / 15
        return [16, 8, 0].map { shift in
            let a = Float(anchors[lower] >> shift & 0xFF), b = Float(anchors[lower + 1] >> shift & 0xFF)
            return a + (b - a) * share
        }
    }
}
