/// How many pictures the sample set holds. The defaults are those of the demonstration.
package struct SampleCounts: Sendable, Equatable {
    /// Labelled pictures of each class.
    package var labelledPerClass: Int
    /// Pictures without a label, all classes together, as many of each as possible.
    package var unlabelled: Int
    /// Held-back pictures of each class.
    package var testPerClass: Int

    package init(labelledPerClass: Int = 20, unlabelled: Int = 600, testPerClass: Int = 60) {
        self.labelledPerClass = labelledPerClass
        self.unlabelled = unlabelled
        self.testPerClass = testPerClass
    }

}
