// The end of a network and the inside of squeeze-and-excite: global mean and linear layers, float.
#ifndef ALIQUOT_LINEAR_H
#define ALIQUOT_LINEAR_H

#include "Common.h"

// Blocked [n, c, pixels] to the mean over pixels, plain [n, channels].
void aliquot_global_mean_forward(aliquot_blocked_shape shape, int channels, const float *x, float *y);
// dx = dy / pixels.
void aliquot_global_mean_backward(aliquot_blocked_shape shape, int channels, const float *dy, float *dx);
// dx += dy / pixels.
void aliquot_global_mean_backward_add(aliquot_blocked_shape shape, int channels, const float *dy, float *dx);

// Linear layer on plain [n, inputs]: y[n, o] = sum_i x[n, i] w[o, i] + b[o]; b may be NULL.
void aliquot_linear_forward(int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, int threads);
// y = act(the same).
void aliquot_linear_forward_activated(
    int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, aliquot_activation activation, int threads);
// dx[n, i] = sum_o dy[n, o] w[o, i].
void aliquot_linear_backward_data(int n, int inputs, int outputs, const float *dy, const float *w, float *dx, int threads);
// dw[o, i] = sum_n dy[n, o] x[n, i], db[o] = sum_n dy[n, o]; db may be NULL. Both are written, not added to.
void aliquot_linear_backward_weights(int n, int inputs, int outputs, const float *x, const float *dy, float *dw, float *db, int threads);

#endif
