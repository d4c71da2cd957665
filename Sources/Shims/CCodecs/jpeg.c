#include "CCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// A progressive file may repeat whole-picture scans of a few bytes each; real encoders write about ten.
enum { MAXIMUM_SCANS = 100 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  int status;
  char text[JMSG_LENGTH_MAX];
} Failure;

static void leave(j_common_ptr codec, int status) {
  Failure *failure = (Failure *)codec->err;
  failure->status = status;
  failure->base.format_message(codec, failure->text);
  longjmp(failure->escape, 1);
}

static void on_error(j_common_ptr codec) {
  switch (codec->err->msg_code) {
    case JERR_OUT_OF_MEMORY: leave(codec, CODECS_OUT_OF_MEMORY); break;
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY: leave(codec, CODECS_TRUNCATED); break;
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION: leave(codec, CODECS_UNSUPPORTED); break;
    default: leave(codec, CODECS_CORRUPT);
  }
}

/// libjpeg goes on after a warning and fills the rest with grey. Warnings that mean lost pixels end the decoding; the others are harmless.
static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF: leave(codec, CODECS_TRUNCATED); break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: leave(codec, CODECS_CORRUPT); break;
    default: codec->err->num_warnings++;
  }
}

static void on_progress(j_common_ptr codec) {
  j_decompress_ptr decoder = (j_decompress_ptr)codec;
  if (decoder->input_scan_number > MAXIMUM_SCANS) {
    Failure *failure = (Failure *)codec->err;
    failure->status = CODECS_CORRUPT;
    snprintf(failure->text, sizeof failure->text, "more than %d scans", MAXIMUM_SCANS);
    longjmp(failure->escape, 1);
  }
}

static void nothing(j_common_ptr codec) { (void)codec; }

static void prepare(Failure *failure) {
  jpeg_std_error(&failure->base);
  failure->base.error_exit = on_error;
  failure->base.emit_message = on_message;
  failure->base.output_message = nothing;
  failure->status = CODECS_CORRUPT;
  failure->text[0] = 0;
}

static int report(const Failure *failure, char *message) {
  snprintf(message, CODECS_MESSAGE_LENGTH, "%s", failure->text);
  return failure->status;
}

int codecs_jpeg_header(const uint8_t *bytes, size_t count, CodecsPictureInfo *info, char *message) {
  struct jpeg_decompress_struct decoder;
  Failure failure;
  prepare(&failure);
  decoder.err = &failure.base;
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&decoder);
    return report(&failure, message);
  }
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, bytes, count);
  jpeg_read_header(&decoder, TRUE);
  info->width = decoder.image_width;
  info->height = decoder.image_height;
  info->orientation = 1;
  jpeg_destroy_decompress(&decoder);
  return CODECS_OK;
}

/// `product / 255`, rounded (Pillow's MULDIV255).
static uint8_t divided(unsigned product) {
  unsigned t = product + 128;
  return (uint8_t)((t + (t >> 8)) >> 8);
}

int codecs_jpeg_decode(const uint8_t *bytes, size_t count, int denominator, uint8_t *rgb, int64_t width, int64_t height, char *message) {
  struct jpeg_decompress_struct decoder;
  struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
  Failure failure;
  uint8_t *volatile inks = NULL;
  prepare(&failure);
  decoder.err = &failure.base;
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&decoder);
    free(inks);
    return report(&failure, message);
  }
  jpeg_create_decompress(&decoder);
  decoder.progress = &progress;
  jpeg_mem_src(&decoder, bytes, count);
  jpeg_read_header(&decoder, TRUE);
  int has_inks = decoder.jpeg_color_space == JCS_CMYK || decoder.jpeg_color_space == JCS_YCCK;
  decoder.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  decoder.scale_num = 1;
  decoder.scale_denom = (unsigned)denominator;
  decoder.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&decoder);
  if (decoder.output_width != width || decoder.output_height != height || decoder.output_components != (has_inks ? 4 : 3)) {
    snprintf(failure.text, sizeof failure.text, "%u by %u pixels of %d components where %lld by %lld were announced", decoder.output_width,
             decoder.output_height, decoder.output_components, (long long)width, (long long)height);
    longjmp(failure.escape, 1);
  }
  if (has_inks) {
    inks = malloc((size_t)width * 4);
    if (inks == NULL) {
      failure.status = CODECS_OUT_OF_MEMORY;
      longjmp(failure.escape, 1);
    }
  }
  while (decoder.output_scanline < decoder.output_height) {
    uint8_t *row = rgb + (size_t)decoder.output_scanline * (size_t)width * 3;
    JSAMPROW target = has_inks ? inks : row;
    jpeg_read_scanlines(&decoder, &target, 1);
    if (!has_inks) continue;
    // Adobe writes 255 for no ink; without its marker 0 is no ink (Adobe Technical Note 5116).
    unsigned flip = decoder.saw_Adobe_marker ? 0 : 255;
    for (int64_t x = 0; x < width; x++) {
      unsigned white = inks[x * 4 + 3] ^ flip;
      for (int c = 0; c < 3; c++) row[x * 3 + c] = divided((inks[x * 4 + c] ^ flip) * white);
    }
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  free(inks);
  return CODECS_OK;
}

int codecs_jpeg_encode(const uint8_t *rgb, int64_t width, int64_t height, int quality, uint8_t **out, size_t *out_count, char *message) {
  struct jpeg_compress_struct encoder;
  Failure failure;
  unsigned char *buffer = NULL;
  unsigned long length = 0;
  prepare(&failure);
  if (width < 1 || height < 1 || width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) {
    snprintf(message, CODECS_MESSAGE_LENGTH, "JPEG holds 1 to %ld pixels a side", JPEG_MAX_DIMENSION);
    return CODECS_UNSUPPORTED;
  }
  encoder.err = &failure.base;
  if (setjmp(failure.escape)) {
    // Only lack of memory leads here. The buffer is not freed: libjpeg may have moved it without telling.
    jpeg_destroy_compress(&encoder);
    return report(&failure, message);
  }
  jpeg_create_compress(&encoder);
  jpeg_mem_dest(&encoder, &buffer, &length);
  encoder.image_width = (JDIMENSION)width;
  encoder.image_height = (JDIMENSION)height;
  encoder.input_components = 3;
  encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, quality, TRUE);
  encoder.optimize_coding = TRUE;
  jpeg_start_compress(&encoder, TRUE);
  while (encoder.next_scanline < encoder.image_height) {
    JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + (size_t)encoder.next_scanline * (size_t)width * 3);
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  jpeg_destroy_compress(&encoder);
  *out = buffer;
  *out_count = length;
  return CODECS_OK;
}

void codecs_free(void *memory) { free(memory); }
