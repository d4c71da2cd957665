// Batch norm in training, with activation, residual addition and stochastic depth fused.
#ifndef ALIQUOT_NORM_H
#define ALIQUOT_NORM_H

#include "Common.h"

// Floats that the `partials` of the norm kernels need.
int64_t aliquot_norm_partials(aliquot_blocked_shape shape);

// Batch norm in training mode with activation and residual fused: y = act(scale * (x - mean) / sqrt(var + epsilon) + shift + residual).
// `mean` and `inverse_deviation` are kept for the backward pass; running statistics move by `momentum`, the running variance unbiased (PyTorch).
// All vectors of parameters are `blocks * width` long, zero behind the last channel.
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

// What may be fused with a norm besides; all zero: nothing. Plain features are [batch, channels].
typedef struct {
    // Stochastic depth, [batch] or NULL (all 1): y = act(factors[n] * (scale * (x - mean) / sqrt(var + epsilon) + shift) + residual); 0 where the branch of
    // picture n is dropped, 1/(1-p) where it is kept.
    const float *factors;
    // The real number of channels, the row length of the plain features below; needed where one of them is given.
    int channels;
    // Squeeze-and-excite without a stored act(norm(x)): forward, the mean over the pixels of act(…) is written here; y may then be NULL.
    float *pooled;
    // Factors of the result: y = act(…) * gate[n, c] (pooled is the mean before them). Backward: dy is the gradient of that product.
    const float *gate;
    // Backward: the gradient of `pooled`, or NULL. g = (dy * gate[n, c] + dpooled[n, c] / pixels) * act'.
    const float *dpooled;
    // Forward: y rounded to bfloat16, like y; y itself may then be NULL. Backward: dx rounded, instead of dx, which is then only where SiLU and sigmoid keep
    // g if a->g is NULL (else dx may be NULL).
    uint16_t *rounded;
} aliquot_norm_extras;
void aliquot_norm_forward_run_with(const aliquot_norm_forward *a, const aliquot_norm_extras *extras);
// y (and `pooled`) from x and the statistics in `mean` and `inverse_deviation`, which another call has made; reads nothing else, keeps nothing. `extras`
// may be NULL.
void aliquot_norm_apply_run(const aliquot_norm_forward *a, const aliquot_norm_extras *extras);
// Only with factors.
void aliquot_norm_forward_run_factors(const aliquot_norm_forward *a, const float *factors);

// The backward pass of the same; the pre-activation is recomputed from x. dy may come in two parts that are added. `g`, where not NULL, receives the
// gradient behind the activation (which is also the gradient of the residual); it may be the same memory as dy. dx may be the same memory as dy where g
// is NULL, and the same memory as g.
typedef struct {
    aliquot_blocked_shape shape;
    const float *dy, *dy2;  // dy2 may be NULL
    // y is read only where there is a residual and an activation: the result of the forward pass for ReLU, ReLU6, sigmoid and hard-sigmoid (their
    // derivative follows from it), the residual that was added for hard-swish and SiLU (the pre-activation is recomputed with it).
    const float *x, *y;
    float *g, *dx;
    const float *scale, *shift, *mean, *inverse_deviation;
    float *dscale, *dshift;
    float *partials;
    aliquot_activation activation;
    int has_residual;
} aliquot_norm_backward;
void aliquot_norm_backward_run(const aliquot_norm_backward *a);

// The same with extras: `g` receives the gradient of the residual (without the factors of the pictures), dx, dscale and dshift are those of the branch
// (with them). `extras->pooled` is not used.
void aliquot_norm_backward_run_with(const aliquot_norm_backward *a, const aliquot_norm_extras *extras);
// The gradient of the gate: dgate[n, c] = sum over the pixels of dy * act(…), plain [batch, channels]; act(…) is recomputed from x. Reads shape, dy, dy2,
// x, y (the residual itself, for every activation, where has_residual), scale, shift, mean, inverse_deviation, activation; extras' factors and channels.
void aliquot_norm_gate_gradient(const aliquot_norm_backward *a, const aliquot_norm_extras *extras, float *dgate);
// Only with factors.
void aliquot_norm_backward_run_factors(const aliquot_norm_backward *a, const float *factors);

#endif
