// 8-bit kernels: the ends of an int8 plan, and what oneDNN does not do well in 8 bits. Pictures lie [n, pixels, channels]; each tensor is signed or unsigned.
#ifndef ALIQUOT_INT8_H
#define ALIQUOT_INT8_H

#include "Common.h"
#include "Routes.h"

// Pictures: plain float [n, channels, pixels] to signed 8 bits [n, pixels, channels], q = clamp(round(x / scale), -127, 127).
void aliquot_quantise_pictures(int n, int channels, int pixels, const float *x, float inverse_scale, int8_t *q, int threads);

// Mean over pixels of 8-bit [n, pixels, channels] to float [n, channels]: y = sum * factor, factor = scale / pixels.
void aliquot_global_mean_int8(int n, int channels, int pixels, const void *x, int x_signed, float factor, float *y, int threads);

// y[n, o] = act((sum_i x[n, i] w[o, i]) * scales[o] + b[o]): float features, 8-bit weights.
void aliquot_linear_int8(
    int n, int inputs, int outputs, const float *x, const int8_t *w, const float *scales, const float *b, float *y, aliquot_activation activation,
    int threads);

// q = clamp(round(act(a * factor_a + b * factor_b) * factor_y)). Without an activation factor_y is taken to be 1: the others have it in them.
typedef struct {
    int64_t count;
    const void *a, *b;
    void *y;
    int a_signed, b_signed, y_signed;
    float factor_a, factor_b, factor_y;
    aliquot_activation activation;
    int threads;
} aliquot_int8_add;
void aliquot_int8_add_run(const aliquot_int8_add *a);

// y[i] = table[x[i]]: any function of one 8-bit number, taken as unsigned for the place in the table.
void aliquot_int8_lookup(int64_t count, const uint8_t *x, const uint8_t table[256], uint8_t *y, int threads);

// q[n, p, c] = clamp(round(x[n, p, c] * s[n, c] * factor)); s are float features. `factors` is room for [n, channels].
void aliquot_channel_scale_int8(
    int n, int channels, int pixels, const void *x, int x_signed, const float *s, float factor, float *factors, void *y, int y_signed, int threads);

// What up to 64 neighbouring channels of a route's result take from 64 neighbouring channels of a source: those of `mask`, channel i from first + order[i].
typedef struct {
    int source, first;
    int to;  // the first of the result's channels
    uint64_t mask;
    uint8_t order[64];
} aliquot_int8_reading;
// All readings of a table, by ascending `to`; returns how many. `readings` may be NULL.
int aliquot_int8_route_readings(const aliquot_route_channel *table, int channels, aliquot_int8_reading *readings);

// Channels taken from several pictures: y[p, c] = x[p, table[c].channel] of x = sources[table[c].source], through lookups[source] where that is not NULL.
// May read up to 64 bytes behind a source.
typedef struct {
    int64_t pixels;  // of all pictures together
    int channels;    // of y
    int source_count;
    const uint8_t *const *sources;
    const int *source_channels;
    const uint8_t *const *lookups;  // [source_count], each NULL or [256]
    const aliquot_route_channel *table;
    const aliquot_int8_reading *readings;  // of the table
    int reading_count;
    uint8_t *y;
    int threads;
} aliquot_int8_route;
void aliquot_int8_route_run(const aliquot_int8_route *a);

#endif
