// 8-bit kernels: the ends of an int8 plan, and what oneDNN does not do well in 8 bits.
#ifndef ALIQUOT_INT8_H
#define ALIQUOT_INT8_H

#include "Common.h"

// int8 ends of a plan. Pictures: plain float [n, channels, pixels] to signed 8 bits [n, pixels, channels], q = clamp(round(x / scale), -127, 127).
void aliquot_quantise_pictures(int n, int channels, int pixels, const float *x, float inverse_scale, int8_t *q, int threads);
// Mean over pixels of 8-bit [n, pixels, channels] to 8-bit [n, channels]: q_out = clamp(round(sum * factor)), factor = scale_in / (pixels * scale_out).
void aliquot_global_mean_int8(int n, int channels, int pixels, const void *x, int x_signed, float factor, void *y, int y_signed, int threads);
// y[n, o] = (sum_i x[n, i] w[o, i]) * scales[o] + b[o].
void aliquot_linear_int8(
    int n, int inputs, int outputs, const void *x, int x_signed, const int8_t *w, const float *scales, const float *b, float *y, int threads);
// q_out = clamp(round(a * factor_a + b * factor_b)), b may be NULL: additions and requantisations that no convolution could take in.
void aliquot_add_int8(
    int64_t count, const void *a, int a_signed, float factor_a, const void *b, int b_signed, float factor_b, void *y, int y_signed, int threads);

#endif
