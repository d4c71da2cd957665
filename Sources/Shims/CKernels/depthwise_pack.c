// Plain depthwise weights to packed ones and back.
#include "depthwise.h"
#include <string.h>

int64_t aliquot_depthwise_weight_floats(const aliquot_depthwise_shape *s) {
    int64_t sum = 0;
    for (int b = 0; b < s->blocks; b++) sum += (int64_t)block_kernel(s, b) * block_kernel(s, b) * s->width;
    return sum;
}

int aliquot_depthwise_block_kernels(const aliquot_depthwise_part *parts, int count, int width, int *kernels) {
    int blocks = 0, channel = 0;
    for (int i = 0; i < count; i++) {
        const int end = channel + parts[i].channels;
        for (int b = channel / width; b * width < end; b++) {
            while (blocks <= b) kernels[blocks++] = 0;
            if (kernels[b] < parts[i].kernel) kernels[b] = parts[i].kernel;
        }
        channel = end;
    }
    return blocks;
}

// Copies between every channel's own kernel and the middle of its block's kernel.
static void copy(const aliquot_depthwise_part *parts, int count, int width, const int *kernels, float *packed, int into_packed) {
    int block = 0, lane = 0;
    float *start = packed;
    for (int i = 0; i < count; i++)
        for (int c = 0; c < parts[i].channels; c++) {
            const int k = parts[i].kernel, K = kernels[block], border = (K - k) / 2;
            float *plain = parts[i].weights + (int64_t)c * k * k;
            for (int y = 0; y < k; y++)
                for (int x = 0; x < k; x++) {
                    float *at = start + ((int64_t)(y + border) * K + x + border) * width + lane;
                    if (into_packed) *at = plain[y * k + x];
                    else plain[y * k + x] = *at;
                }
            if (++lane == width) {
                lane = 0;
                start += (int64_t)K * K * width;
                block++;
            }
        }
}

void aliquot_depthwise_pack(const aliquot_depthwise_part *parts, int count, int width, const int *kernels, float *packed) {
    int channels = 0;
    int64_t floats = 0;
    for (int i = 0; i < count; i++) channels += parts[i].channels;
    for (int b = 0; b * width < channels; b++) floats += (int64_t)kernels[b] * kernels[b] * width;
    memset(packed, 0, sizeof(float) * (size_t)floats);
    copy(parts, count, width, kernels, packed, 1);
}

void aliquot_depthwise_unpack(const aliquot_depthwise_part *parts, int count, int width, const int *kernels, const float *packed) {
    copy(parts, count, width, kernels, (float *)packed, 0);  // only read in this direction
}
