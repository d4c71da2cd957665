#include "CCodecs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tiffio.h>

#if TIFFLIB_VERSION < 20221213
#error "libtiff 4.5 or newer is needed: older ones report errors through global state only"
#endif

/// A file that lies in memory, and the first thing that went wrong with it.
typedef struct {
  const uint8_t *bytes;
  uint64_t count;
  uint64_t position;
  char *message;
  int failed;
} Source;

static tmsize_t source_read(thandle_t handle, void *buffer, tmsize_t wanted) {
  Source *source = handle;
  if (wanted <= 0 || source->position >= source->count) return 0;
  uint64_t left = source->count - source->position;
  uint64_t given = (uint64_t)wanted < left ? (uint64_t)wanted : left;
  memcpy(buffer, source->bytes + source->position, given);
  source->position += given;
  return (tmsize_t)given;
}

static tmsize_t source_write(thandle_t handle, void *buffer, tmsize_t count) {
  (void)handle, (void)buffer, (void)count;
  return 0;
}

static toff_t source_seek(thandle_t handle, toff_t offset, int whence) {
  Source *source = handle;
  uint64_t base = whence == SEEK_CUR ? source->position : whence == SEEK_END ? source->count : 0;
  source->position = base + offset;
  return source->position;
}

static int source_close(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t source_size(thandle_t handle) { return ((Source *)handle)->count; }

/// Keeps the first error; 1 tells libtiff not to print it.
static int on_error(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
  (void)file, (void)module;
  Source *source = user;
  if (!source->failed) vsnprintf(source->message, CODECS_MESSAGE_LENGTH, format, arguments);
  source->failed = 1;
  return 1;
}

static int on_warning(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
  (void)file, (void)user, (void)module, (void)format, (void)arguments;
  return 1;
}

static TIFF *source_open(Source *source) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, NULL);
  // "m": read through the functions above, which check every bound, instead of mapping.
  TIFF *file = TIFFClientOpenExt("picture", "rm", source, source_read, source_write, source_seek, source_close, source_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return file;
}

static int read_info(TIFF *file, CodecsPictureInfo *info) {
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  if (!TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width) || !TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height)) return 0;
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
  info->width = width;
  info->height = height;
  info->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  return 1;
}

int codecs_tiff_header(const uint8_t *bytes, size_t count, CodecsPictureInfo *info, char *message) {
  Source source = {.bytes = bytes, .count = count, .message = message};
  snprintf(message, CODECS_MESSAGE_LENGTH, "no readable directory");
  TIFF *file = source_open(&source);
  if (file == NULL) return CODECS_CORRUPT;
  int known = read_info(file, info);
  TIFFClose(file);
  return known ? CODECS_OK : CODECS_CORRUPT;
}

int codecs_tiff_decode(const uint8_t *bytes, size_t count, uint32_t *abgr, int64_t width, int64_t height, char *message) {
  Source source = {.bytes = bytes, .count = count, .message = message};
  snprintf(message, CODECS_MESSAGE_LENGTH, "no readable directory");
  TIFF *file = source_open(&source);
  if (file == NULL) return CODECS_CORRUPT;
  CodecsPictureInfo info;
  char reason[1024] = "";
  int status = CODECS_CORRUPT;
  if (!read_info(file, &info) || info.width != width || info.height != height) goto done;
  // A tile or strip may be larger than the picture, but not so much that the picture is only an excuse to allocate.
  uint64_t piece = TIFFIsTiled(file) ? TIFFTileSize64(file) : TIFFStripSize64(file);
  if (piece > (uint64_t)width * (uint64_t)height * 8 + (64u << 20)) {
    snprintf(message, CODECS_MESSAGE_LENGTH, "a strip or tile of %llu bytes", (unsigned long long)piece);
    goto done;
  }
  if (!TIFFRGBAImageOK(file, reason)) {
    snprintf(message, CODECS_MESSAGE_LENGTH, "%.200s", reason);
    status = CODECS_UNSUPPORTED;
    goto done;
  }
  TIFFRGBAImage image;
  if (!TIFFRGBAImageBegin(&image, file, 1, reason)) {
    if (!source.failed) snprintf(message, CODECS_MESSAGE_LENGTH, "%.200s", reason);
    goto done;
  }
  image.req_orientation = image.orientation;  // rows as stored: Swift obeys the tag, which libtiff does by half
  int complete = TIFFRGBAImageGet(&image, abgr, (uint32_t)width, (uint32_t)height);
  TIFFRGBAImageEnd(&image);
  status = complete && !source.failed ? CODECS_OK : CODECS_CORRUPT;
done:
  TIFFClose(file);
  return status;
}
