/// The names that a pickle may ask for. They are data here: none of them leads to code outside this folder.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case storage(StorageType)
    /// `_codecs.encode(text, "latin1")` is how protocol 2 writes bytes.
    case encode

    /// - Throws: ``ModelFormatError/forbiddenName(_:)`` for any other name.
    init(module: String, name: String) throws(ModelFormatError) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("_codecs", "encode"): self = .encode
        case ("torch", _) where name.hasSuffix("Storage"):
            guard let type = StorageType(rawValue: name) else {
                throw .unknownElementType(tensor: "", got: "torch.\(name)", allowed: StorageType.allCases.map(\.rawValue))
            }
            self = .storage(type)
        default: throw .forbiddenName("\(module).\(name)")
        }
    }
}
