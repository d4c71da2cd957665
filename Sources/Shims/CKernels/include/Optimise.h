// The optimisers over flat parameter memory.
#ifndef ALIQUOT_OPTIMISE_H
#define ALIQUOT_OPTIMISE_H

#include "Common.h"

// PyTorch's SGD: g += decay*w; v = momentum*v + g; w -= rate * (nesterov ? g + momentum*v : v).
void aliquot_sgd(float *w, const float *g, float *v, int64_t count, float rate, float momentum, int nesterov, float decay, int threads);
// AdamW: w -= rate*decay*w; m, v moments; w -= rate * (m / correction1) / (sqrt(v / correction2) + epsilon).
void aliquot_adamw(
    float *w, const float *g, float *m, float *v, int64_t count, float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
    float correction2, int threads);

// Moving average of parameters: average = decay * average + (1 - decay) * w.
void aliquot_ema(float *average, const float *w, int64_t count, float decay, int threads);

// The sum of the squares, for a gradient's global norm; summed in double over parts of 4096 elements, the same for every number of threads up to rounding.
double aliquot_square_sum(const float *g, int64_t count, int threads);

#endif
