/// The model in one precision: what it does on the test pictures, how large and how fast it is.
struct PrecisionOutcome: Sendable, Codable, Equatable {
    let accuracy: Double
    let macroF1: Double
    /// Of `float.safetensors` or `int8.safetensors`.
    let fileBytes: Int
    /// One picture, without decoding; nil where it was not measured.
    let medianLatencyMilliseconds: Double?

    private enum CodingKeys: String, CodingKey {
        case accuracy
        case macroF1 = "macro_f1"
        case fileBytes = "file_bytes"
        case medianLatencyMilliseconds = "median_latency_ms"
    }
}
