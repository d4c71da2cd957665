// The two ways of the 8-bit depthwise convolution: int8_depthwise.c chooses, and has the one for VNNI.
#ifndef ALIQUOT_INT8_DEPTHWISE_H
#define ALIQUOT_INT8_DEPTHWISE_H

#include "include/CKernels.h"

// Kernels of odd size up to 11, strides of 1 and 2, weights of 7 bits.
int64_t aliquot_int8_depthwise_bytes_avx2(int kernel);
void aliquot_int8_depthwise_pack_avx2(const aliquot_int8_chunk *chunk, const int8_t *plain, int8_t *packed, int32_t sums[16]);
// A thread's share; `data` is the aliquot_int8_depthwise.
void aliquot_int8_depthwise_avx2(void *data);

#endif
