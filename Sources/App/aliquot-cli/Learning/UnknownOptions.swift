import Aliquot

/// What stood on a command line beside the known options, as faults like any other: told together with them.
enum UnknownOptions {
    /// - Parameter words: unknown options and what stands between them.
    static func faults(_ words: [String]) -> [AliquotError.Fault] {
        var faults: [AliquotError.Fault] = []
        var mayBeValue = false
        for word in words {
            if word.hasPrefix("-") {
                faults.append(.init(field: word, code: "unknown_field", detail: "there is no such option"))
                mayBeValue = true
            } else {
                if !mayBeValue { faults.append(.init(field: word, code: "unknown_argument", detail: "nothing is expected here")) }
                mayBeValue = false
            }
        }
        return faults
    }
}
