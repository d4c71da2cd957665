import Foundation

/// An array as NumPy's `.npy`, version 1.0, float32, row-major. Source: numpy.lib.format.
enum NumpyFile {
    static func encode(_ values: [Float], shape: [Int]) -> Data {
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Magic, version, length and header together fill blocks of 64 bytes; the header ends with a line feed.
        let unpadded = 10 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
        let length = UInt16(header.utf8.count)
        data += Data([UInt8(length & 0xFF), UInt8(length >> 8)]) + Data(header.utf8)
        values.withUnsafeBufferPointer {
            for value in $0 { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        }
        return data
    }
}
