/// The pictures that quantisation-aware training sees; their labels are not looked at.
package struct AwareTrainingPictures {
    /// Batches of an epoch; the rate of the steps follows from it.
    package let stepsPerEpoch: Int
    /// Shows the batches of an epoch, counted from 0, the same ones in the same order each time it is called. What it throws ends the training.
    package let epoch: (_ epoch: Int, _ visit: (QuantisationBatch) throws -> Void) throws -> Void

    /// Pictures as int8 will see them, by which it is told whether an epoch brought it nearer to float.
    package let judging: QuantisationPictures

    package init(
        stepsPerEpoch: Int, judging: @escaping QuantisationPictures,
        epoch: @escaping (_ epoch: Int, _ visit: (QuantisationBatch) throws -> Void) throws -> Void
    ) {
        self.stepsPerEpoch = stepsPerEpoch
        self.judging = judging
        self.epoch = epoch
    }
}
