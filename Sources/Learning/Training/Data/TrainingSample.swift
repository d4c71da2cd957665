/// A picture and the class it is trained towards.
package struct TrainingSample: Sendable, Hashable {
    package let picture: PictureFile
    /// `0 ..< classes`.
    package let label: Int
    /// Learned in place of the label where there is one.
    package let soft: SoftTarget?

    package init(picture: PictureFile, label: Int, soft: SoftTarget? = nil) {
        self.picture = picture
        self.label = label
        self.soft = soft
    }
}
