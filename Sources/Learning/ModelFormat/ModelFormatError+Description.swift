extension ModelFormatError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .notARegularFile(let file): "\(file) is not a regular file"
        case .fileTooLarge(let file, let got, let limit): "\(file) has \(got) bytes, at most \(limit) are read"
        case .truncated(let what, let got, let needed): "\(what) is cut short: \(got) bytes where \(needed) are announced"
        case .headerTooLarge(let got, let limit): "the header announces \(got) bytes, at most \(limit) are read"
        case .malformedHeader(let at, let expected): "the header is malformed at byte \(at): expected \(expected)"
        case .duplicateName(let name): "the name \(name) stands twice in the header"
        case .unknownElementType(let tensor, let got, let allowed):
            "tensor \(tensor) has elements of type \(got), allowed are \(allowed.joined(separator: ", "))"
        case .shapeTooLarge(let tensor, let shape): "tensor \(tensor) has a shape too large to count: \(shape)"
        case .wrongByteCount(let tensor, let got, let expected): "tensor \(tensor) has \(got) bytes, its shape and type need \(expected)"
        case .offsetsOutOfRange(let tensor, let begin, let end, let available):
            "tensor \(tensor) is said to lie at \(begin)..<\(end) of \(available) bytes"
        case .notContiguous(let tensor, let begin, let expected):
            "tensor \(tensor) begins at byte \(begin), the one before it ends at \(expected)"
        case .unusedBytes(let got, let described): "the file holds \(got) bytes of data, its tensors describe \(described)"
        case .wrongElementType(let tensor, let got, let expected):
            "tensor \(tensor) is \(got.rawValue), expected \(expected.map(\.rawValue).joined(separator: " or "))"
        case .notWeights(let file, let got):
            "\(file) is neither a safetensors file nor a PyTorch state dictionary (.pth, .pt): it begins with \(got)"
        case .malformedArchive(let at, let expected): "the zip archive is malformed at byte \(at): expected \(expected)"
        case .unreadableEntry(let name, let reason): "the archive's entry \(name) \(reason)"
        case .missingEntry(let name): "the file lacks \(name)"
        case .wrongChecksum(let entry, let got, let expected):
            "\(entry) is damaged: its CRC-32 is \(String(got, radix: 16)), the archive says \(String(expected, radix: 16))"
        case .malformedPickle(let at, let expected): "the pickle is malformed at byte \(at): expected \(expected)"
        case .unknownOpcode(let at, let code):
            "the pickle has operation 0x\(String(code, radix: 16)) at byte \(at), which no state dictionary needs"
        case .forbiddenName(let name):
            "the pickle asks for \(name), which is not called; only tensors, numbers, texts, lists and dictionaries are read"
        case .contradiction(let detail): detail
        case .tooMany(let what, let got, let limit): "\(got) \(what), at most \(limit) are read"
        case .outsideStorage(let tensor, let shape, let strides, let offset, let storage):
            "tensor \(tensor) of shape \(shape), strides \(strides) from element \(offset) on does not fit its storage of \(storage) elements"
        case .noStateDictionary(let found): "the file holds no state dictionary (names with tensors) but \(found)"
        case .notFinite(let tensor): "tensor \(tensor) holds a value that is not a finite number"
        case .malformedDocument(let file, let detail): "\(file) cannot be read: \(detail)"
        case .unsupportedFormat(let file, let got, let allowed): "\(file) is of format \(got), supported is \(allowed)"
        case .missingFile(let file): "the model lacks \(file)"
        case .wrongFileSize(let file, let got, let expected): "\(file) has \(got) bytes, the manifest says \(expected)"
        case .wrongDigest(let file, let got, let expected): "\(file) has SHA-256 \(got), the manifest says \(expected)"
        case .alreadyExists(let path): "\(path) exists already; models are never overwritten"
        case .invalidManifest(let faults): "the manifest is invalid: \(faults.joined(separator: "; "))"
        case .invalidNetwork(let faults): "the network is invalid: \(faults.joined(separator: "; "))"
        }
    }
}
