// The few hot loops that no library does well on the blocked layouts, in C for run-time CPU dispatch (baseline, AVX2+FMA, AVX-512).
//
// Layout "blocked": x[((n * blocks + cb) * pixels + p) * width + c], width 8 (nChw8c) or 16 (nChw16c), channel = cb * width + c; channels beyond the
// real number are zero in and zero out. All kernels are deterministic for a given number of threads: every partial sum has its place and its order.
// Threads are those of libgomp, which oneDNN runs on too, so that no second pool competes for the cores.
#ifndef ALIQUOT_CKERNELS_H
#define ALIQUOT_CKERNELS_H

#include "Common.h"
#include "Depthwise.h"
#include "Elementwise.h"
#include "Int8.h"
#include "Int8Convolution.h"
#include "Linear.h"
#include "Norm.h"
#include "Optimise.h"
#include "Routes.h"

#endif
