import Foundation
import ModelFormat
import TestSupport

/// Files that PyTorch 2.13 wrote; `Tests/References/make_pytorch_files.py` says what is in them.
enum PyTorchFixture {
    static func url(_ name: String) -> URL {
        TestSupport.projectDirectory.appendingPathComponent("Tests/References/pytorch/\(name).pth")
    }

    static func bytes(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

    static func open(_ url: URL) throws(ModelFormatError) -> PyTorchFile {
        try PyTorchFile(reading: RandomAccessFile(url, limit: WeightsFile.fileLimit))
    }

    /// Opens bytes as a file and reads every number that it holds.
    static func readAll(_ bytes: Data, in directory: URL) throws -> [String: StoredTensor] {
        let url = directory.appendingPathComponent("bytes.pth")
        try bytes.write(to: url)
        let file = try open(url)
        try file.verify(file.tensors)
        var tensors: [String: StoredTensor] = [:]
        for tensor in file.tensors { tensors[tensor.name] = try file.read(tensor) }
        return tensors
    }

    /// Why bytes are refused; nil where they are not.
    static func refusal(_ bytes: Data, in directory: URL) throws -> ModelFormatError? {
        do {
            _ = try readAll(bytes, in: directory)
            return nil
        } catch let error as ModelFormatError {
            return error
        }
    }
}
