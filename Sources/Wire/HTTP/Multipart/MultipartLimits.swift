/// What a multipart body may cost besides its content.
package struct MultipartLimits: Sendable {
    /// Parts in one body. 10,000: one upload of a whole folder of pictures.
    package var parts = 10_000
    /// Bytes of the header block of one part.
    package var headerBytes = 8 << 10
    /// Header fields of one part.
    package var fields = 16

    package init() {}
}
