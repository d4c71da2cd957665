import Training

/// The pictures of one step: labelled ones, then every view of the unlabelled ones, view after view.
package struct ConsistencyBatch: Sendable {
    /// Rows `[labelled | first view | second view]`; labels are those of the labelled rows.
    let pictures: PictureBatch
    /// For each row of a view, which of the unlabelled pictures it shows.
    let unlabelled: [Int]
}
