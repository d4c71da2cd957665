// The few hot loops that no library does well on the blocked layouts, in C for run-time CPU dispatch (baseline, AVX2+FMA, AVX-512).
//
// Layout "blocked": x[((n * blocks + cb) * pixels + p) * width + c], width 8 (nChw8c) or 16 (nChw16c), channel = cb * width + c; channels beyond the
// real number are zero in and zero out. All kernels are deterministic for a given number of threads: every partial sum has its place and its order.
// Threads are those of libgomp, which oneDNN runs on too, so that no second pool competes for the cores.
#ifndef ALIQUOT_CKERNELS_H
#define ALIQUOT_CKERNELS_H

#include <stdint.h>

// Sets the number of threads of the calling thread's parallel regions, oneDNN's and ours.
void aliquot_set_threads(int threads);

// 0 none, 1 ReLU, 2 ReLU6.
typedef enum { ALIQUOT_LINEAR = 0, ALIQUOT_RELU = 1, ALIQUOT_RELU6 = 2 } aliquot_activation;

typedef struct {
    int batch, blocks, pixels, width;
    int threads;
} aliquot_blocked_shape;

// Floats that the `partials` of the norm kernels need.
int64_t aliquot_norm_partials(aliquot_blocked_shape shape);

// Batch norm in training mode with activation and residual fused: y = act(scale * (x - mean) / sqrt(var + epsilon) + shift + residual).
// `mean` and `inverse_deviation` are kept for the backward pass; running statistics move by `momentum`, the running variance unbiased (PyTorch).
typedef struct {
    aliquot_blocked_shape shape;
    const float *x, *residual;  // residual may be NULL
    float *y;
    const float *scale, *shift;
    float *mean, *inverse_deviation, *running_mean, *running_variance;
    float *partials;
    float epsilon, momentum;
    aliquot_activation activation;
} aliquot_norm_forward;
void aliquot_norm_forward_run(const aliquot_norm_forward *a);

// The backward pass of the same. dy may come in two parts that are added. `g`, where not NULL, receives the gradient behind the activation (which is
// also the gradient of the residual); it may be the same memory as dy. dx may be the same memory as dy where g is NULL.
typedef struct {
    aliquot_blocked_shape shape;
    const float *dy, *dy2;  // dy2 may be NULL
    const float *x, *y;     // y is read where there is a residual (the mask cannot be recomputed from x alone)
    float *g, *dx;
    const float *scale, *shift, *mean, *inverse_deviation;
    float *dscale, *dshift;
    float *partials;
    aliquot_activation activation;
    int has_residual;
} aliquot_norm_backward;
void aliquot_norm_backward_run(const aliquot_norm_backward *a);

// y = act(x + residual); residual may be NULL; any layout.
void aliquot_activation_forward(const float *x, const float *residual, float *y, int64_t count, aliquot_activation activation, int threads);
// dx = (dy + dy2) where y lets the gradient pass; dy2 may be NULL.
void aliquot_activation_backward(const float *dy, const float *dy2, const float *y, float *dx, int64_t count, aliquot_activation activation, int threads);

// Blocked [n, c, pixels] to the mean over pixels, plain [n, channels].
void aliquot_global_mean_forward(aliquot_blocked_shape shape, int channels, const float *x, float *y);
void aliquot_global_mean_backward(aliquot_blocked_shape shape, int channels, const float *dy, float *dx);

// Linear layer on plain [n, inputs]: y[n, o] = sum_i x[n, i] w[o, i] + b[o].
void aliquot_linear_forward(int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, int threads);
void aliquot_linear_backward_data(int n, int inputs, int outputs, const float *dy, const float *w, float *dx, int threads);
void aliquot_linear_backward_weights(int n, int inputs, int outputs, const float *x, const float *dy, float *dw, float *db, int threads);

// Inverted dropout: zero with probability p, else times 1/(1-p). Element i's fate depends on (seed, i) only, so the backward pass repeats it.
void aliquot_dropout(const float *x, float *y, int64_t count, float probability, uint64_t seed);

// PyTorch's SGD: g += decay*w; v = momentum*v + g; w -= rate * (nesterov ? g + momentum*v : v).
void aliquot_sgd(float *w, const float *g, float *v, int64_t count, float rate, float momentum, int nesterov, float decay, int threads);
// AdamW: w -= rate*decay*w; m, v moments; w -= rate * (m / correction1) / (sqrt(v / correction2) + epsilon).
void aliquot_adamw(
    float *w, const float *g, float *m, float *v, int64_t count, float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
    float correction2, int threads);

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
