// Depthwise convolution on blocked pictures, float: kernels 1 to 11 on a side, any stride (1 and 2 fast), any padding, several kernel sizes in one call.
#ifndef ALIQUOT_DEPTHWISE_H
#define ALIQUOT_DEPTHWISE_H

#include "Common.h"

// A depthwise convolution. Block b has a kernel of kernels[b] × kernels[b] (all `kernel` where `kernels` is NULL). All kernels are centred alike:
// `pad_top` and `pad_left` are the padding before the picture for a kernel of `kernel` pixels; a smaller one, of the same parity, has
// (kernel - kernels[b]) / 2 pixels less. The padding behind follows from the sizes of the result. Symmetric and TensorFlow's "same" padding fulfil this.
typedef struct {
    int batch, blocks, width;  // width: channels of a block, 8 or 16
    int in_height, in_width, out_height, out_width;
    int kernel, stride;  // kernel: the largest of all, 1 to 11
    int pad_top, pad_left;
    const int *kernels;  // [blocks] or NULL
    int threads;
} aliquot_depthwise_shape;

// Packed weights: block after block, each [kernels[b]][kernels[b]][width]; a channel with a smaller kernel than its block lies in the middle of zeros, lanes
// behind the last channel are zero.
int64_t aliquot_depthwise_weight_floats(const aliquot_depthwise_shape *shape);

// Plain weights [channels, 1, kernel, kernel] of one part; the parts lie one behind the other along the channels.
typedef struct {
    int channels, kernel;
    float *weights;  // read by pack, written by unpack
} aliquot_depthwise_part;

// The kernel of every block: the largest of the parts that have channels in it. Writes `kernels` (room for ceil(channels / width) numbers), returns the
// number of blocks. All parts' kernels must be of one parity.
int aliquot_depthwise_block_kernels(const aliquot_depthwise_part *parts, int count, int width, int *kernels);
// Plain parts to packed weights; `kernels` as written by `aliquot_depthwise_block_kernels`.
void aliquot_depthwise_pack(const aliquot_depthwise_part *parts, int count, int width, const int *kernels, float *packed);
// The inverse, for gradients too: what lies in a block outside a channel's own kernel is left out.
void aliquot_depthwise_unpack(const aliquot_depthwise_part *parts, int count, int width, const int *kernels, const float *packed);

// y = act(convolution(x) + bias + residual). Training passes neither bias nor residual nor activation.
typedef struct {
    aliquot_depthwise_shape shape;
    const float *x, *weights;       // x: [batch, blocks, in_height, in_width, width]; weights: packed
    const float *bias, *residual;   // bias [blocks * width], residual like y; either may be NULL
    float *y;                       // [batch, blocks, out_height, out_width, width]; may be the same memory as residual, not as x
    aliquot_activation activation;
} aliquot_depthwise_forward;
// Sigmoid and hard-sigmoid make 1/2 of zero: with them lanes behind the last channel do not stay zero (here and in the norm kernels).
void aliquot_depthwise_forward_run(const aliquot_depthwise_forward *a);

// dx = the gradient of x, or dx += it.
typedef struct {
    aliquot_depthwise_shape shape;
    const float *dy, *weights;
    float *dx;
    int accumulate;  // 0: dx is written, else added to
} aliquot_depthwise_backward_data;
void aliquot_depthwise_backward_data_run(const aliquot_depthwise_backward_data *a);

// Floats that the `partials` of the backward pass by weights need.
int64_t aliquot_depthwise_partials(const aliquot_depthwise_shape *shape);

// dweights (packed) = the gradient of the weights; written, not added to.
typedef struct {
    aliquot_depthwise_shape shape;
    const float *x, *dy;
    float *dweights, *partials;
} aliquot_depthwise_backward_weights;
void aliquot_depthwise_backward_weights_run(const aliquot_depthwise_backward_weights *a);

#endif
