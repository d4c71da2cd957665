import Foundation
import TestSupport

/// A fresh folder that goes when the body ends.
enum TestSupportDirectory {
    static func with(_ body: (URL) async throws -> Void) async throws {
        try await TestSupport.withTemporaryDirectory { try await body($0) }
    }
}
