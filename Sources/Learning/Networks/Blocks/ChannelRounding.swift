/// The nearest multiple of 8, at least 8, and never more than a tenth below (Sandler et al. 2018 in their published code).
func roundedChannels(_ channels: Double) -> Int {
    let nearest = max(8, Int(channels + 4) / 8 * 8)
    return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
}

/// `channels` in so many parts; the first takes what does not divide evenly.
func channelParts(_ channels: Int, _ parts: Int) -> [Int] {
    var counts = [Int](repeating: channels / parts, count: parts)
    counts[0] += channels % parts
    return counts
}
