/// A picture and the class it is trained towards.
package struct TrainingSample: Sendable, Hashable {
    package let picture: PictureFile
    /// `0 ..< classes`.
    package let label: Int

    package init(picture: PictureFile, label: Int) {
        self.picture = picture
        self.label = label
    }
}
