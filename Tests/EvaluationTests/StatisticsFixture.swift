import Foundation
import TestSupport

/// Two files of reference numbers: SciPy and statsmodels on a published table (`../shared/parity`), and the small cases of `Tests/References/make_statistics.py`.
enum StatisticsFixture {
    /// Nil, and a line that says so, where the fixtures are absent.
    static func published() throws -> JSON? {
        guard let url = TestSupport.shared("parity/statistics.json") else {
            print("skipped: no ../shared/parity/statistics.json on this machine")
            return nil
        }
        return try JSONDecoder().decode(JSON.self, from: Data(contentsOf: url))
    }

    static func small() throws -> JSON {
        let url = TestSupport.projectDirectory.appendingPathComponent("Tests/References/statistics.json")
        return try JSONDecoder().decode(JSON.self, from: Data(contentsOf: url))
    }

    /// |got − expected| ≤ `tolerance` × max(1, |expected|), or relative where `relative`. What either side lacks does not agree.
    static func agrees(_ got: Double?, _ expected: JSON, _ tolerance: Double = 1e-9, relative: Bool = false) -> Bool {
        guard let got, let expected = expected.number else { return false }
        return abs(got - expected) <= tolerance * (relative ? abs(expected) : max(1, abs(expected)))
    }
}

extension JSON {
    var numbers: [Double] { array.compactMap(\.number) }
}
