/// The state dictionary in what a file's pickle holds: names and descriptions of tensors.
struct StateDictionary {
    /// In the order of the file.
    let tensors: [(name: String, tensor: PickleHeap.Tensor)]
    /// The keys under which it lies in a checkpoint, outermost first; empty where the file is the dictionary.
    let path: [String]

    /// Where training programs put it. Averaged weights come first: they are those that were evaluated (timm prefers them too).
    private static let places = ["state_dict_ema", "model_ema", "ema_state_dict", "state_dict", "model_state_dict", "model", "net"]
    private static let depthLimit = 4

    /// - Throws: ``ModelFormatError/noStateDictionary(found:)``, ``ModelFormatError/duplicateName(_:)``.
    init(_ root: PickleValue, _ heap: PickleHeap) throws(ModelFormatError) {
        var seen: Set<Int> = []
        guard let found = Self.find(root, heap, path: [], &seen) else { throw .noStateDictionary(found: Self.sketch(root, heap)) }
        var tensors: [(String, PickleHeap.Tensor)] = []
        var names: Set<String> = []
        for (key, value) in heap.dictionaries[found.number] {
            // What is no tensor (a module's extra state, a counter as a plain number) is no weight either; a weight that is missing so is named later.
            guard case .text(let name) = key, case .tensor(let number) = value else { continue }
            guard names.insert(name).inserted else { throw .duplicateName(name) }
            tensors.append((name, heap.tensors[number]))
        }
        self.tensors = tensors
        path = found.path
    }

    /// - Parameter seen: dictionaries that were looked through: one that holds itself is looked through once.
    private static func find(
        _ value: PickleValue, _ heap: PickleHeap, path: [String], _ seen: inout Set<Int>
    ) -> (number: Int, path: [String])? {
        guard case .dictionary(let number) = value, path.count < depthLimit, seen.insert(number).inserted else { return nil }
        let items = heap.dictionaries[number]
        for place in places {
            guard let inner = items.last(where: { $0.key == .text(place) })?.value else { continue }
            if let found = find(inner, heap, path: path + [place], &seen) { return found }
        }
        let holdsTensors = items.contains { item in
            guard case .text = item.key, case .tensor = item.value else { return false }
            return true
        }
        return holdsTensors ? (number, path) : nil
    }

    /// What the file holds instead, for the message.
    private static func sketch(_ value: PickleValue, _ heap: PickleHeap) -> String {
        guard case .dictionary(let number) = value else { return value.kind }
        let keys = heap.dictionaries[number].prefix(12).map { item in
            guard case .text(let key) = item.key else { return item.key.kind }
            return "\(key.prefix(64)) (\(item.value.kind))"
        }
        return keys.isEmpty ? "an empty dict" : "a dict of \(keys.joined(separator: ", "))"
    }
}
