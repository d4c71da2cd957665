import ModelFormat

/// The tensors of every model as the Open Inference Protocol names them: three ways to send pictures, of which a request takes one, and what comes back.
enum ModelTensors {
    enum Input: String, Sendable, CaseIterable {
        /// BYTES `[n]`: a file each (JPEG, PNG, TIFF, WebP, BMP).
        case image
        /// UINT8 `[n, height, width, 3]`: RGB, of any size.
        case pixels
        /// FP32 `[n, 3, side, side]`: normalised by the client as the model's manifest says.
        case input

        var datatype: String {
            switch self {
            case .image: "BYTES"
            case .pixels: "UINT8"
            case .input: "FP32"
            }
        }

        /// As metadata shows it: -1 for what the request decides.
        func shape(_ manifest: ModelManifest) -> [Int] {
            switch self {
            case .image: [-1]
            case .pixels: [-1, -1, -1, 3]
            case .input: [-1, 3, manifest.input.size, manifest.input.size]
            }
        }
    }

    enum Output: String, Sendable, CaseIterable {
        /// FP32 `[n, classes]`; a row sums to 1.
        case probabilities
        /// FP32 `[n, classes]`.
        case logits
    }

    /// Most pictures of a request. 64: some 0.3 s of a small network; more are sent as more requests.
    static let maximumPictures = 64
    /// Most bytes of a request, JSON and tensors together: two of the largest pictures.
    static let maximumBytes = 64 << 20
    /// Most bytes of the JSON. Tensors as JSON are for small tests; 8 MiB hold two pictures of 224² as numbers.
    static let maximumJSONBytes = 8 << 20
}
