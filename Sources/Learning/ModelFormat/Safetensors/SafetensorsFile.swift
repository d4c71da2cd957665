/// A safetensors file in memory: its tensors by name, and the strings it says about itself.
package struct SafetensorsFile: Sendable, Equatable {
    package let tensors: [String: StoredTensor]
    package let metadata: [String: String]

    package init(tensors: [String: StoredTensor], metadata: [String: String]) {
        self.tensors = tensors
        self.metadata = metadata
    }
}
