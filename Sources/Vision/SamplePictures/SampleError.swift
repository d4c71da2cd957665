import Base
import Foundation
import Images

/// Why the sample pictures were not written.
package enum SampleError: Error, Sendable, Equatable {
    case outOfRange(name: String, got: Int, allowed: ClosedRange<Int>)
    /// Something lies there already; it is not touched.
    case directoryNotEmpty(path: String)
    case file(SystemError)
    case encoding(ImageError)
}

extension SampleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outOfRange(let name, let got, let allowed): "\(name) is \(got), allowed are \(allowed.lowerBound) to \(allowed.upperBound)"
        case .directoryNotEmpty(let path): "\(path) is not empty; give a new or empty directory"
        case .file(let error): error.description
        case .encoding(let error): error.description
        }
    }
}
