// 8-bit convolutions of our own. For CPUs with AVX-512 VNNI and VBMI: depthwise ones of every kernel, and 1x1 ones in parts or behind which an activation stands
// that oneDNN is slow at. For those with AVX2 alone: depthwise ones with 7-bit weights, odd kernels up to 11 and strides of 1 and 2, and dense ones. Pictures lie
// [batch, height, width, channels].
#ifndef ALIQUOT_INT8_CONVOLUTION_H
#define ALIQUOT_INT8_CONVOLUTION_H

#include "Common.h"

// Whether this CPU has VNNI and VBMI. Where not, aliquot_int8_pointwise must not be run, and the others only where aliquot_has_int8_pairs().
int aliquot_has_int8_convolutions(void);

// From a 32-bit sum to 8 bits: q = clamp(round(act(sum * scale[c] + bias[c] + residual * residual_scale) * factor)). Without an activation the factor is
// taken to be 1: scales, bias and residual_scale have it in them. Without VNNI no input may lead to 2^31 or more before the clamp.
typedef struct {
    const float *scales, *bias;  // one for each output channel, in the order of the packed weights; bias includes what signed inputs need (see packing)
    const void *residual;        // laid out like y, or NULL
    float residual_scale, factor;
    int residual_signed, y_signed;
    aliquot_activation activation;
} aliquot_int8_finish;

// Up to 16 neighbouring channels that have one kernel size.
typedef struct {
    int channel, count, kernel;
    int64_t weights;  // offset of their packed weights, in bytes
} aliquot_int8_chunk;

typedef struct {
    int batch, channels, in_height, in_width, out_height, out_width, stride;
    int kernel, pad_top, pad_left;  // the largest kernel's; smaller ones lie in its middle
    int x_signed, chunk_count, threads;
    const aliquot_int8_chunk *chunks;
    const void *x;
    const int8_t *weights;
    void *y;
    aliquot_int8_finish finish;  // scales and bias: 16 for each chunk
} aliquot_int8_depthwise;

// The chunks of parts side by side (every chunk of a part with 16 channels or more has 16, the last ones overlap); returns how many, and in *weight_bytes the
// size of their packed weights. `chunks` may be NULL.
int aliquot_int8_depthwise_chunks(int parts, const int *channels, const int *kernels, aliquot_int8_chunk *chunks, int64_t *weight_bytes);
// Plain weights [channels of a chunk][kernel * kernel], without VNNI of 7 bits, to the order of the kernel; `sums` receives the sum of each channel's.
void aliquot_int8_depthwise_pack(const aliquot_int8_chunk *chunk, const int8_t *plain, int8_t *packed, int32_t sums[16]);
// May read up to 64 bytes behind x.
void aliquot_int8_depthwise_run(const aliquot_int8_depthwise *a);

// One part of a 1x1 convolution of stride 1.
typedef struct {
    int first_input, inputs, first_output, outputs;
    int64_t weights;  // offset of its packed weights, in bytes
    int vectors;      // the first of its vectors of 16 outputs, counted over all parts: where its scales and biases begin
} aliquot_int8_pointwise_part;

typedef struct {
    int64_t pixels;  // of all pictures
    int inputs, outputs, x_signed, part_count, threads;
    const aliquot_int8_pointwise_part *parts;
    const void *x;
    const int8_t *weights;
    void *y;
    aliquot_int8_finish finish;  // scales and bias: 16 for each vector of outputs
} aliquot_int8_pointwise;

// Bytes of the packed weights of a part.
int64_t aliquot_int8_pointwise_bytes(int inputs, int outputs);
// Plain weights [outputs][inputs] to the order of the kernel; `sums` [outputs] receives the sum of each output's.
void aliquot_int8_pointwise_pack(int inputs, int outputs, const int8_t *plain, int8_t *packed, int32_t *sums);
void aliquot_int8_pointwise_run(const aliquot_int8_pointwise *a);

// Dense convolutions for CPUs with AVX2 that have no VNNI. There a product of 8-bit numbers gives sums of two in 16 bits, and widening them costs as much as the
// product itself; weights are known before, so as many steps as provably fit 16 bits are summed first.
int aliquot_has_int8_pairs(void);

// Up to 16 neighbouring outputs, and how their inputs are walked: in runs of 6 to 1 steps of four inputs.
typedef struct {
    int first_output, outputs;
    int runs[6];     // how many runs of 1, 2, ... steps
    int64_t steps;   // its first step, counted over all sets: its offsets begin there
    int64_t blocks;  // its first block of 64 bytes: one for each step's weights, and one before the first of each run longer than one step
} aliquot_int8_pairs_set;

typedef struct {
    int batch, channels, in_height, in_width, out_height, out_width, stride;
    int kernel, pad_top, pad_left, padded_height, padded_width;
    int outputs, x_signed, set_count, threads;
    const aliquot_int8_pairs_set *sets;
    const int32_t *offsets;
    const int8_t *blocks;
    const int32_t *starts;  // 16 for each set
    const void *x;
    void *padded;  // [batch, padded_height, padded_width, channels] and 64 bytes, or NULL where nothing is padded and x is unsigned
    void *y;
    aliquot_int8_finish finish;  // scales and bias: 16 for each set
} aliquot_int8_pairs;

// Steps of a set of a convolution whose `inputs` inputs begin at first_input of the picture's `channels`; with a kernel above 1 it sees all of them.
int64_t aliquot_int8_pairs_steps(int kernel, int channels, int inputs);
// The most blocks that so many steps can take.
int64_t aliquot_int8_pairs_most_blocks(int64_t steps);
// Plain weights [set->outputs][inputs][kernel][kernel] to the order of the kernel; fills set->runs, the offsets of its steps, its blocks, its starts, and the sum of each
// output's weights. Returns how many blocks it filled; 0 where two weights alone exceed what 16 bits hold: such a layer must go another way.
int64_t aliquot_int8_pairs_pack(
    int kernel, int channels, int padded_width, int first_input, int inputs, const int8_t *plain, aliquot_int8_pairs_set *set, int32_t *offsets,
    int8_t *blocks, int32_t starts[16], int32_t sums[16]);
// May read up to 64 bytes behind x.
void aliquot_int8_pairs_run(const aliquot_int8_pairs *a);

// 3x3 convolutions of stride 1 with a quarter of the products (Winograd), for the same CPUs, with weights of all 8 bits.
typedef struct {
    int batch, channels, in_height, in_width, outputs, out_height, out_width, pad_top, pad_left;
    int x_signed, threads;
    const void *x;
    const int16_t *weights;
    void *scratch;
    void *y;
    aliquot_int8_finish finish;  // scales: in the order of the units; bias: one for each output, and as many more as make the number a multiple of 16
} aliquot_int8_winograd;

// How many packed weights and units there are.
int64_t aliquot_int8_winograd_weight_count(int channels, int outputs);
int64_t aliquot_int8_winograd_unit_count(int outputs);
// Plain weights [outputs][channels][3][3] to the order of the kernel; a packed weight stands for so many units as its place and output have ([slice of 32 outputs][place][output]),
// so that a scale of the kernel is a unit times what a weight and an input stand for. `transformed` has room for 36 numbers of each channel.
void aliquot_int8_winograd_pack(int channels, int outputs, const int8_t *plain, double *transformed, int16_t *packed, float *units);
// Bytes that the kernel's `scratch` needs.
int64_t aliquot_int8_winograd_scratch(const aliquot_int8_winograd *a);
// May read up to 64 bytes behind x.
void aliquot_int8_winograd_run(const aliquot_int8_winograd *a);

#endif
