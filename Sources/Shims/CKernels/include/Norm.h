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

// The same with stochastic depth: y = act(factors[n] * (scale * (x - mean) / sqrt(var + epsilon) + shift) + residual). `factors` is [batch]: 0 where
// the branch of picture n is dropped, 1/(1-p) where it is kept; NULL is all 1.
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

// The same with the factors of `aliquot_norm_forward_run_factors`: `g` receives the gradient of the residual (without the factor), dx, dscale and dshift
// are those of the branch (with it). NULL is all 1.
void aliquot_norm_backward_run_factors(const aliquot_norm_backward *a, const float *factors);

#endif
