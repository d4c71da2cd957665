import Base

/// What can be wrong with a weights file or a model directory: what was got and what is allowed.
package enum ModelFormatError: Error, Sendable, Equatable {
    case file(SystemError)
    case notARegularFile(String)
    case fileTooLarge(file: String, got: Int, limit: Int)
    /// The file ends before something that it announces.
    case truncated(what: String, got: Int, needed: Int)
    case headerTooLarge(got: UInt64, limit: Int)
    /// The JSON header is not what the format allows, from this byte of the header on.
    case malformedHeader(at: Int, expected: String)
    case duplicateName(String)
    case unknownElementType(tensor: String, got: String, allowed: [String])
    case shapeTooLarge(tensor: String, shape: [Int])
    /// The bytes of a tensor are not those that its shape and element type need.
    case wrongByteCount(tensor: String, got: Int, expected: Int)
    case offsetsOutOfRange(tensor: String, begin: Int, end: Int, available: Int)
    /// Tensors must lie one behind the other: a gap or an overlap before this one.
    case notContiguous(tensor: String, begin: Int, expected: Int)
    case unusedBytes(got: Int, described: Int)
    case wrongElementType(tensor: String, got: ElementType, expected: [ElementType])
    /// The file is neither a safetensors file nor one of PyTorch's.
    case notWeights(file: String, got: String)
    /// A zip archive is not what the format says, at this byte of the file.
    case malformedArchive(at: Int, expected: String)
    /// An entry of a zip archive that is not stored as it is, or not all there.
    case unreadableEntry(name: String, reason: String)
    case missingEntry(String)
    case wrongChecksum(entry: String, got: UInt32, expected: UInt32)
    /// A pickle is not what the format says, at this byte of it.
    case malformedPickle(at: Int, expected: String)
    case unknownOpcode(at: Int, code: UInt8)
    /// A pickle asks for something other than tensors, numbers, texts and containers. It was not called.
    case forbiddenName(String)
    /// Two parts of a file say different things.
    case contradiction(String)
    case tooMany(what: String, got: Int, limit: Int)
    /// A tensor has elements outside its storage, or more of them than the storage.
    case outsideStorage(tensor: String, shape: [Int], strides: [Int], offset: Int, storage: Int)
    case noStateDictionary(found: String)
    /// A tensor holds an infinite value or one that is no number.
    case notFinite(tensor: String)
    /// A JSON document of a model that cannot be read.
    case malformedDocument(file: String, detail: String)
    case unsupportedFormat(file: String, got: String, allowed: String)
    case missingFile(String)
    case wrongFileSize(file: String, got: Int, expected: Int)
    case wrongDigest(file: String, got: String, expected: String)
    case alreadyExists(String)
    /// Everything that is wrong with a manifest, at once.
    case invalidManifest([String])
    /// Everything that is wrong with a network's structure or the tensors that belong to it, at once.
    case invalidNetwork([String])
}
