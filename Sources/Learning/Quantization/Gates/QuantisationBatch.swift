/// Some pictures, ready for a plan.
package struct QuantisationBatch: Sendable {
    /// Normalised, `[labels.count, 3, side, side]`.
    package var pictures: [Float]
    /// True classes.
    package var labels: [Int]

    package init(pictures: [Float], labels: [Int]) {
        self.pictures = pictures
        self.labels = labels
    }
}

/// Shows all pictures of a set to the visitor, in batches of at most so many as the plans take, the same ones in the same order each time it is called.
package typealias QuantisationPictures = (_ visit: (QuantisationBatch) throws -> Void) throws -> Void
