/// Picture codecs of the system. Swift calls libspng and libwebp directly; libjpeg (setjmp) and libtiff (variadic functions) it cannot call,
/// so that the functions below wrap them. None of them keeps a pointer after its return; none has global state.
#ifndef ALIQUOT_CCODECS_H
#define ALIQUOT_CCODECS_H

#include <stddef.h>
#include <stdint.h>

#include <spng.h>
#include <webp/decode.h>
#include <webp/demux.h>

enum {
  CODECS_OK = 0,
  CODECS_CORRUPT = 1,
  CODECS_TRUNCATED = 2,
  CODECS_UNSUPPORTED = 3,
  CODECS_OUT_OF_MEMORY = 4,
  CODECS_MESSAGE_LENGTH = 256
};

/// Width and height as stored, before any orientation tag (1 to 8, TIFF 6.0 page 36) is obeyed.
typedef struct {
  int64_t width;
  int64_t height;
  int32_t orientation;
} CodecsPictureInfo;

/// Reads the JPEG header; allocates no pixels. `orientation` is always 1 here: it lives in EXIF, which Swift reads.
/// `message` has room for CODECS_MESSAGE_LENGTH characters and is filled when the result is not CODECS_OK.
int codecs_jpeg_header(const uint8_t *bytes, size_t count, CodecsPictureInfo *info, char *message);

/// Decodes into `rgb` (3 bytes a pixel, rows packed), reduced by `denominator` (1, 2, 4 or 8) in both directions:
/// the output has `ceil(width / denominator)` by `ceil(height / denominator)` pixels, which must equal `width`, `height` given here.
/// Missing or undecodable entropy-coded data is an error, not a grey area. CMYK and YCCK become RGB; Adobe's are stored inverted.
int codecs_jpeg_decode(const uint8_t *bytes, size_t count, int denominator, uint8_t *rgb, int64_t width, int64_t height, char *message);

/// Encodes baseline JPEG with 4:2:0 chroma and optimised Huffman tables. `*out` is freed by `codecs_free`.
int codecs_jpeg_encode(const uint8_t *rgb, int64_t width, int64_t height, int quality, uint8_t **out, size_t *out_count, char *message);

/// Reads the first directory of a TIFF; allocates no pixels.
int codecs_tiff_header(const uint8_t *bytes, size_t count, CodecsPictureInfo *info, char *message);

/// Decodes the first directory into `abgr` (one 32-bit word a pixel, red in the low byte, premultiplied by alpha), in stored order.
/// `width` and `height` must be those of the header; strips or tiles much larger than the picture are refused.
int codecs_tiff_decode(const uint8_t *bytes, size_t count, uint32_t *abgr, int64_t width, int64_t height, char *message);

/// Frees what `codecs_jpeg_encode` gave.
void codecs_free(void *memory);

#endif
