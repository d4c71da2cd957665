import Augmentation
import Engine
import Images

/// Runs an inference plan over pictures: the one way in which validation, test, pseudo-labels and calibration see them.
package struct PictureEvaluator: Sendable {
    package let cache: PictureCache
    package let normalisation: Normalisation
    /// Threads that decode ahead.
    package let threads: Int

    package init(cache: PictureCache, normalisation: Normalisation, threads: Int) {
        self.cache = cache
        self.normalisation = normalisation
        self.threads = threads
    }

    /// Logits of each picture, `[pictures, classes]`, in order.
    ///
    /// - Parameters:
    ///   - view: a transform that comes before the evaluation geometry; nil for the picture itself.
    ///   - advanced: called after each batch with the number of pictures done; what it throws ends the run.
    /// - Throws: ``TrainingError`` for a picture that cannot be read, `EngineError` of the plan, or what `advanced` throws.
    package func logits(
        of files: [PictureFile], view: PictureTransform? = nil, plan: any InferencePlan, advanced: (Int) throws -> Void = { _ in }
    ) throws -> [[Float]] {
        var rows: [[Float]] = []
        rows.reserveCapacity(files.count)
        try forEachBatch(of: files, view: view, size: plan.batch) { batch in
            let logits = try batch.pixels.withUnsafeBufferPointer { try plan.run($0, count: batch.count) }
            for index in 0..<batch.count { rows.append(Array(logits[(index * plan.classes)..<((index + 1) * plan.classes)])) }
            try advanced(rows.count)
        }
        return rows
    }

    /// Every batch of the pictures in order, the last one shorter, decoded ahead.
    package func forEachBatch(of files: [PictureFile], view: PictureTransform? = nil, size: Int, _ body: (PictureBatch) throws -> Void)
        throws
    {
        let batches = Prefetcher(count: (files.count + size - 1) / size, ahead: threads + 2, threads: threads) { [self] index in
            try batch(Array(files[(index * size)..<min(files.count, (index + 1) * size)]), view: view)
        }
        while let batch = try batches.next() { try body(batch) }
    }

    /// The pictures in the evaluation geometry, normalised.
    package func batch(_ files: [PictureFile], view: PictureTransform? = nil) throws(TrainingError) -> PictureBatch {
        var pictures: [RGBImage] = []
        for file in files {
            if let view {
                pictures.append(try cache.forEvaluation(file, view: view))
            } else {
                pictures.append(try cache.forEvaluation(file))
            }
        }
        return PictureBatch(pictures, side: cache.geometry.size, normalisation: normalisation)
    }
}
