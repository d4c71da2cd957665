import ModelFormat

/// What a caller may choose for an answer.
package struct ClassifyOptions: Sendable, Equatable {
    /// What is done with an int8 answer that is in doubt.
    package enum Doubt: String, Sendable, CaseIterable {
        /// Float answers.
        case float
        /// It is given as it is.
        case keep
    }

    /// Classes in the answer, at least 1; more than there are gives all.
    package var topK: Int
    /// Nil for the manifest's default.
    package var precision: Precision?
    package var doubt: Doubt

    package init(topK: Int = 5, precision: Precision? = nil, doubt: Doubt = .float) {
        self.topK = topK
        self.precision = precision
        self.doubt = doubt
    }
}
