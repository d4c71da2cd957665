// Activations, additions, dropout: any layout, element by element; and factors of pictures and of channels.
#ifndef ALIQUOT_ELEMENTWISE_H
#define ALIQUOT_ELEMENTWISE_H

#include "Common.h"

// y = act(x + residual); residual may be NULL; y may be the same memory as either.
void aliquot_activation_forward(const float *x, const float *residual, float *y, int64_t count, aliquot_activation activation, int threads);
// dx = (dy + dy2) · act'; dy2 may be NULL; dx may be the same memory as any of the others. The derivative is taken from `y`: the result of the forward
// pass, but for hard-swish and SiLU its argument (x + residual).
void aliquot_activation_backward(const float *dy, const float *dy2, const float *y, float *dx, int64_t count, aliquot_activation activation, int threads);

// out = parts[0] + parts[1] + … (1 to 16 parts, added in this order); out may be the same memory as any part.
void aliquot_sum(const float *const *parts, int part_count, float *out, int64_t count, int threads);
// y = x rounded to bfloat16, to nearest, ties to even; what is no number stays none.
void aliquot_round_to_bfloat16(const float *x, uint16_t *y, int64_t count, int threads);
// x *= factor.
void aliquot_scale(float *x, int64_t count, float factor, int threads);

// What int8 makes of a number: y = scale · clamp(round(x / scale), low, high), ties to even; low and high are whole numbers. y may be the same memory as x.
void aliquot_fake_quantise_forward(const float *x, float *y, int64_t count, float scale, float low, float high, int threads);
// Its straight-through gradient (Bengio et al. 2013, arXiv:1308.3432): dx = dy where round(x / scale) lies in low…high, else 0. dx may be the same memory as dy or x.
void aliquot_fake_quantise_backward(
    const float *dy, const float *x, float *dx, int64_t count, float scale, float low, float high, int threads);

// Inverted dropout: zero with probability p, else times 1/(1-p). Element i's fate depends on (seed, i) only, so the backward pass repeats it.
void aliquot_dropout(const float *x, float *y, int64_t count, float probability, uint64_t seed);
// The same on several threads, to the bit.
void aliquot_dropout_threads(const float *x, float *y, int64_t count, float probability, uint64_t seed, int threads);

// Stochastic depth where no norm takes it in: y[n, i] = factors[n] * x[n, i] + residual[n, i]; x is [batch, per_picture] in any layout; residual may be
// NULL; y may be the same memory as either.
void aliquot_picture_scale(
    int batch, int64_t per_picture, const float *x, const float *factors, const float *residual, float *y, int threads);

// y[n, c, p] = x[n, c, p] * s[n, c]: x and y blocked, s plain [batch, channels]. y may be the same memory as x.
void aliquot_channel_scale_forward(aliquot_blocked_shape shape, int channels, const float *x, const float *s, float *y);
// dx = dy * s (added to dx where `accumulate` is not 0) and ds[n, c] = sum over p of dy * x, in one pass. dx may be the same memory as dy or x.
void aliquot_channel_scale_backward(
    aliquot_blocked_shape shape, int channels, const float *dy, const float *x, const float *s, float *dx, float *ds, int accumulate);

// sums[c] = sum over n and p of x[n, c, p]: the gradient of a bias. x blocked, sums plain [channels].
void aliquot_channel_sums(aliquot_blocked_shape shape, int channels, const float *x, float *sums);

#endif
