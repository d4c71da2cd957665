import Foundation
import HTTP
import Images
import Inference
import Jobs
import ModelFormat

/// Reads a request of the Open Inference Protocol: JSON, and the bytes of binary tensors behind it. Every fault is kept, and ``read()`` throws them all at once.
struct InferReader {
    private let manifest: ModelManifest
    private let json: Jobs.JSONValue
    /// Behind the JSON.
    private let binary: ArraySlice<UInt8>
    private var taken = 0
    private var faults: [Problem.Fault] = []

    /// - Parameters:
    ///   - body: the whole body.
    ///   - headerLength: `Inference-Header-Content-Length`; nil: the body is JSON.
    /// - Throws: ``Problem`` 400 where the length is beyond the body or the limit; `SpecificationError` where the JSON is none.
    init(_ body: [UInt8], headerLength: Int?, manifest: ModelManifest) throws {
        let length = headerLength ?? body.count
        guard length <= body.count else {
            throw Problem(.badRequest, detail: "Inference-Header-Content-Length is \(length), but the body has \(body.count) bytes")
        }
        guard length <= ModelTensors.maximumJSONBytes else {
            throw APIError.tooLarge(
                what: "the JSON of the request (send tensors as binary data instead)", limit: ModelTensors.maximumJSONBytes)
        }
        guard length > 0 else {
            throw APIError.malformed("the body is empty; a JSON object with 'inputs' is expected")
        }
        self.manifest = manifest
        json = try JSONParser.parse(length == body.count ? body : Array(body[..<length]), depthLimit: JSONFields.maximumDepth)
        binary = body[length...]
    }

    /// - Throws: ``Problem`` 400 with every fault.
    mutating func read() throws -> InferRequest {
        var pictures: [PictureInput] = []
        var outputs: [InferRequest.Output] = []
        var options = ClassifyOptions()
        var timeout: Int?
        var isBinaryByDefault = false
        var id: String?
        if case .object = json {
            check(json, at: "", knows: ["id", "parameters", "inputs", "outputs"])
            id = string(json["id"], at: "/id")
            (options, timeout, isBinaryByDefault) = parameters(json["parameters"])
            pictures = inputs(json["inputs"])
            outputs = self.outputs(json["outputs"], isBinaryByDefault)
            if taken < binary.count, faults.isEmpty {
                fault("/inputs", "wrong_length", "\(binary.count) bytes follow the JSON; the inputs declare \(taken)")
            }
        } else {
            fault("", "wrong_type", "the body is \(json.kind); a JSON object is expected")
        }
        guard faults.isEmpty else {
            throw Problem(
                .badRequest, title: "Bad inference request",
                detail: faults.map { $0.pointer.isEmpty ? $0.detail : "\($0.pointer): \($0.detail)" }.joined(separator: "; "),
                errors: faults)
        }
        return InferRequest(id: id, pictures: pictures, outputs: outputs, options: options, timeoutMilliseconds: timeout)
    }

    // MARK: - Parameters

    private mutating func parameters(_ value: Jobs.JSONValue?) -> (ClassifyOptions, timeout: Int?, isBinary: Bool) {
        var options = ClassifyOptions()
        var timeout: Int?
        var isBinary = false
        for field in fields(value, at: "/parameters") {
            let place = "/parameters/\(field.name.prefix(64))"
            switch (field.name, field.value) {
            case ("precision", .string(let text)):
                options.precision = Precision(rawValue: text)
                if options.precision == nil { choices(place, text, Precision.allCases.map(\.rawValue)) }
            case ("in_doubt", .string(let text)):
                if let doubt = ClassifyOptions.Doubt(rawValue: text) {
                    options.doubt = doubt
                } else {
                    choices(place, text, ClassifyOptions.Doubt.allCases.map(\.rawValue))
                }
            case ("timeout", .number(_, .some(let microseconds))) where (1...600_000_000).contains(microseconds):
                timeout = max(1, microseconds / 1000)
            case ("timeout", _): fault(place, "out_of_range", "microseconds from 1 to 600000000 are expected")
            case ("binary_data_output", .bool(let value)): isBinary = value
            case ("priority", .number): break  // every request has the same
            case ("precision", _), ("in_doubt", _), ("binary_data_output", _), ("priority", _):
                fault(place, "wrong_type", "got \(field.value.kind)")
            default:
                fault(
                    place, "unknown_parameter",
                    "there is no such parameter; allowed: precision, in_doubt, timeout, binary_data_output, priority")
            }
        }
        return (options, timeout, isBinary)
    }

    // MARK: - Inputs

    private mutating func inputs(_ value: Jobs.JSONValue?) -> [PictureInput] {
        guard case .array(let inputs) = value, inputs.count == 1 else {
            let got = if case .array(let inputs) = value { "\(inputs.count) inputs" } else { value?.kind ?? "nothing" }
            fault("/inputs", "wrong_count", "got \(got); an array of one of \(Self.inputNames) is expected")
            return []
        }
        let input = inputs[0]
        guard case .object = input else {
            fault("/inputs/0", "wrong_type", "got \(input.kind); an object is expected")
            return []
        }
        check(input, at: "/inputs/0", knows: ["name", "shape", "datatype", "parameters", "data"])
        let text = string(input["name"], at: "/inputs/0/name") ?? ""
        guard let name = ModelTensors.Input(rawValue: text) else {
            fault("/inputs/0/name", "unknown_input", "there is no input '\(text.prefix(64))'; the model takes \(Self.inputNames)")
            return []
        }
        let datatype = string(input["datatype"], at: "/inputs/0/datatype") ?? "none"
        if datatype != name.datatype {
            fault("/inputs/0/datatype", "wrong_datatype", "got \(datatype.prefix(64)); input '\(name.rawValue)' is \(name.datatype)")
        }
        let shape = shape(input["shape"], name)
        let size = binarySize(input)
        guard let shape, faults.isEmpty else { return [] }
        switch (size, input["data"]) {
        case (.some, .some), (nil, nil):
            fault("/inputs/0", "no_data", "either 'data' or the parameter 'binary_data_size' is expected")
            return []
        case (.some(let size), nil):
            guard size <= binary.count else {
                fault(
                    "/inputs/0/parameters/binary_data_size", "wrong_length",
                    "\(size) bytes are declared, \(binary.count) follow the JSON")
                return []
            }
            taken = size
            return pictures(name, shape, bytes: binary.prefix(size))
        case (nil, .some(let data)): return pictures(name, shape, data: data)
        }
    }

    private static let inputNames = ModelTensors.Input.allCases.map { "'\($0.rawValue)' (\($0.datatype))" }.joined(separator: ", ")

    private mutating func binarySize(_ input: Jobs.JSONValue) -> Int? {
        var size: Int?
        for field in fields(input["parameters"], at: "/inputs/0/parameters") {
            let place = "/inputs/0/parameters/\(field.name.prefix(64))"
            switch (field.name, field.value) {
            case ("binary_data_size", .number(_, .some(let bytes))) where bytes >= 0: size = bytes
            case ("binary_data_size", _): fault(place, "wrong_type", "got \(field.value.kind); bytes from 0 are expected")
            case ("shared_memory_region", _), ("shared_memory_byte_size", _), ("shared_memory_offset", _):
                fault(place, "unknown_parameter", "shared memory is not offered; send the tensor in the body")
            default: fault(place, "unknown_parameter", "there is no such parameter; allowed: binary_data_size")
            }
        }
        return size
    }

    /// One picture without its leading dimension is taken as a batch of one.
    private mutating func shape(_ value: Jobs.JSONValue?, _ name: ModelTensors.Input) -> [Int]? {
        var shape: [Int] = []
        if case .array(let sizes) = value {
            for size in sizes {
                guard case .number(_, .some(let size)) = size, (1...(1 << 30)).contains(size) else {
                    fault("/inputs/0/shape", "wrong_shape", "sizes are whole numbers from 1")
                    return nil
                }
                shape.append(size)
            }
        }
        let side = manifest.input.size
        let isFit =
            switch name {
            case .image: shape.count == 1 || shape.count == 2 && shape[1] == 1
            case .pixels: (shape.count == 4 || shape.count == 3) && shape.last == 3
            case .input: (shape.count == 4 || shape.count == 3) && Array(shape.suffix(3)) == [3, side, side]
            }
        guard isFit else {
            let expected = name.shape(manifest).map { $0 < 0 ? "n" : "\($0)" }.joined(separator: ", ")
            fault("/inputs/0/shape", "wrong_shape", "got \(shape.prefix(8)); input '\(name.rawValue)' is [\(expected)]")
            return nil
        }
        if shape.count == 3 { shape.insert(1, at: 0) }
        guard shape[0] <= ModelTensors.maximumPictures else {
            fault("/inputs/0/shape", "too_many", "\(shape[0]) pictures; at most \(ModelTensors.maximumPictures) go in a request")
            return nil
        }
        if name == .pixels {
            let (pixels, overflow) = shape[1].multipliedReportingOverflow(by: shape[2])
            guard !overflow, pixels <= ImageLimits.standard.maximumPixels else {
                fault("/inputs/0/shape", "too_large", "at most \(ImageLimits.standard.maximumPixels) pixels a picture are allowed")
                return nil
            }
        }
        return shape
    }

    /// From binary data (Triton's extension): little-endian numbers row-major; BYTES as four bytes of length before each element.
    private mutating func pictures(_ name: ModelTensors.Input, _ shape: [Int], bytes: ArraySlice<UInt8>) -> [PictureInput] {
        let place = "/inputs/0/parameters/binary_data_size"
        if name == .image {
            var pictures: [PictureInput] = []
            var rest = bytes
            while !rest.isEmpty, pictures.count < shape[0] {
                let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
                guard rest.count >= 4, length <= rest.count - 4 else { break }
                guard checkSize(length, pictures.count) else { return [] }
                pictures.append(.encoded(Array(rest.dropFirst(4).prefix(length))))
                rest = rest.dropFirst(4 + length)
            }
            guard rest.isEmpty, pictures.count == shape[0] else {
                fault(
                    place, "wrong_length",
                    "the data do not hold \(shape[0]) elements of four bytes of length and so many bytes each, and nothing else")
                return []
            }
            return pictures
        }
        let width = name == .pixels ? 1 : 4
        let count = shape.dropFirst().reduce(1, *)
        guard bytes.count == shape[0] * count * width else {
            fault(
                place, "wrong_length", "got \(bytes.count) bytes; shape \(shape) of \(name.datatype) has \(shape[0] * count * width)")
            return []
        }
        return (0..<shape[0]).compactMap { index in
            let part = bytes.dropFirst(index * count * width).prefix(count * width)
            guard name == .input else { return pixels(Array(part), shape) }
            let numbers = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                part.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
                initialized = count
            }
            return normalised(numbers)
        }
    }

    /// From JSON: numbers in nested arrays or one flat one; pictures' bytes as Base64 (RFC 4648).
    private mutating func pictures(_ name: ModelTensors.Input, _ shape: [Int], data: Jobs.JSONValue) -> [PictureInput] {
        var leaves: [Jobs.JSONValue] = []
        Self.flatten(data, into: &leaves)
        let count = shape.dropFirst().reduce(1, *)
        guard leaves.count == shape[0] * count else {
            fault("/inputs/0/data", "wrong_length", "got \(leaves.count) elements; shape \(shape) has \(shape[0] * count)")
            return []
        }
        switch name {
        case .image:
            return leaves.enumerated().compactMap { index, leaf in
                guard case .string(let text) = leaf, let bytes = Data(base64Encoded: text) else {
                    fault("/inputs/0/data/\(index)", "not_base64", "a picture's bytes are sent as Base64 in JSON, or as binary data")
                    return nil
                }
                return checkSize(bytes.count, index) ? .encoded(Array(bytes)) : nil
            }
        case .pixels, .input:
            var numbers: [Float] = []
            numbers.reserveCapacity(leaves.count)
            for (index, leaf) in leaves.enumerated() {
                guard case .number(let value, let whole) = leaf, name == .input || whole.map({ (0...255).contains($0) }) == true else {
                    let expected = name == .input ? "a number" : "a whole number from 0 to 255"
                    fault("/inputs/0/data", "wrong_type", "element \(index) is \(leaf.kind) that is not \(expected)")
                    return []
                }
                numbers.append(Float(value))
            }
            return (0..<shape[0]).compactMap { index in
                let part = numbers[(index * count)..<((index + 1) * count)]
                return name == .input ? normalised(Array(part)) : pixels(part.map { UInt8($0) }, shape)
            }
        }
    }

    private static func flatten(_ value: Jobs.JSONValue, into leaves: inout [Jobs.JSONValue]) {
        guard case .array(let items) = value else { return leaves.append(value) }
        for item in items { flatten(item, into: &leaves) }
    }

    private mutating func checkSize(_ bytes: Int, _ index: Int) -> Bool {
        guard bytes > PictureUpload.limit else { return true }
        fault("/inputs/0", "too_large", "picture \(index) has \(bytes) bytes; at most \(PictureUpload.limit) are allowed")
        return false
    }

    private mutating func pixels(_ bytes: [UInt8], _ shape: [Int]) -> PictureInput? {
        do {
            return .decoded(try RGBImage(width: shape[2], height: shape[1], pixels: bytes))
        } catch {
            fault("/inputs/0", "wrong_length", "\(error)")
            return nil
        }
    }

    private mutating func normalised(_ numbers: [Float]) -> PictureInput? {
        guard let place = numbers.firstIndex(where: { !$0.isFinite }) else { return .normalised(numbers) }
        fault("/inputs/0", "not_finite", "number \(place) of a picture is \(numbers[place])")
        return nil
    }

    // MARK: - Outputs

    private mutating func outputs(_ value: Jobs.JSONValue?, _ isBinaryByDefault: Bool) -> [InferRequest.Output] {
        let all = ModelTensors.Output.allCases.map { InferRequest.Output(name: $0, isBinary: isBinaryByDefault) }
        guard let value, value != .null else { return all }
        guard case .array(let items) = value else {
            fault("/outputs", "wrong_type", "got \(value.kind); an array is expected")
            return []
        }
        if items.isEmpty { return all }
        var outputs: [InferRequest.Output] = []
        for (index, item) in items.enumerated().prefix(16) {
            let place = "/outputs/\(index)"
            check(item, at: place, knows: ["name", "parameters"])
            let text = string(item["name"], at: "\(place)/name") ?? ""
            guard let name = ModelTensors.Output(rawValue: text) else {
                let known = ModelTensors.Output.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
                fault("\(place)/name", "unknown_output", "there is no output '\(text.prefix(64))'; the model gives \(known)")
                continue
            }
            var output = InferRequest.Output(name: name, isBinary: isBinaryByDefault)
            for field in fields(item["parameters"], at: "\(place)/parameters") {
                let place = "\(place)/parameters/\(field.name.prefix(64))"
                switch (field.name, field.value) {
                case ("binary_data", .bool(let value)): output.isBinary = value
                case ("classification", .number(_, .some(let classes))) where classes >= 0: output.classes = classes == 0 ? nil : classes
                case ("binary_data", _), ("classification", _): fault(place, "wrong_type", "got \(field.value.kind)")
                default: fault(place, "unknown_parameter", "there is no such parameter; allowed: binary_data, classification")
                }
            }
            if outputs.contains(where: { $0.name == name }) {
                fault("\(place)/name", "repeated", "'\(text)' is asked for more than once")
            }
            outputs.append(output)
        }
        return outputs
    }

    // MARK: - Faults

    private mutating func fault(_ pointer: String, _ code: String, _ detail: String) {
        if faults.count < 32 { faults.append(.init(pointer: pointer, code: code, detail: detail)) }
    }

    private mutating func choices(_ place: String, _ got: String, _ allowed: [String]) {
        fault(place, "bad_value", "got '\(got.prefix(64))'; expected one of \(allowed.joined(separator: ", "))")
    }

    private mutating func string(_ value: Jobs.JSONValue?, at pointer: String) -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text) where text.utf8.count <= 256: return text
        case .string: fault(pointer, "too_long", "at most 256 bytes are allowed")
        case .some(let value): fault(pointer, "wrong_type", "got \(value.kind); a string is expected")
        }
        return nil
    }

    private mutating func fields(_ value: Jobs.JSONValue?, at pointer: String) -> [Jobs.JSONValue.Field] {
        switch value {
        case nil, .null: return []
        case .object(let fields): return fields
        case .some(let value):
            fault(pointer, "wrong_type", "got \(value.kind); an object is expected")
            return []
        }
    }

    private mutating func check(_ value: Jobs.JSONValue, at pointer: String, knows names: [String]) {
        var seen: Set<String> = []
        for field in fields(value, at: pointer) {
            if !names.contains(field.name) {
                fault(
                    "\(pointer)/\(field.name.prefix(64))", "unknown_field",
                    "there is no such field here; allowed: \(names.joined(separator: ", "))")
            } else if !seen.insert(field.name).inserted {
                fault("\(pointer)/\(field.name)", "repeated", "the field is given more than once")
            }
        }
    }
}
