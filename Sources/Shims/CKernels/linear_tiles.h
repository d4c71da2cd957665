// Included once for each width: matrix products whose tiles lie in registers. W is the number of lanes of a vector.
#define VECTOR JOIN(vector, W)
#define NAMED(name) JOIN(name##_, W)
// A tile of ROWS × COLUMNS sums; with its operands it fits the registers (32 of AVX-512, 16 of AVX2).
#define COLUMNS (W == 16 ? 4 : 2)

// The sums of the lanes of four vectors.
INLINE vector4 NAMED(totals)(const VECTOR *v) {
    vector4 f[4];
    UNROLL for (int k = 0; k < 4; k++) {
#if W == 16
        const vector8 half = __builtin_shufflevector(v[k], v[k], 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v[k], v[k], 8, 9, 10, 11, 12, 13, 14, 15);
#else
        const vector8 half = v[k];
#endif
        f[k] = __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
    }
    const vector4 a = __builtin_shufflevector(f[0], f[1], 0, 4, 2, 6) + __builtin_shufflevector(f[0], f[1], 1, 5, 3, 7);
    const vector4 b = __builtin_shufflevector(f[2], f[3], 0, 4, 2, 6) + __builtin_shufflevector(f[2], f[3], 1, 5, 3, 7);
    return __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}
// The last `count` < W floats before `end`, behind zeros where there are W floats to load (`is_long`), else before zeros.
INLINE VECTOR NAMED(rest)(const float *end, int count, int is_long) {
    VECTOR v = NAMED(nought)();
    if (is_long) {
        JOIN(mask, W) lane;
        UNROLL for (int l = 0; l < W; l++) lane[l] = l;
        return NAMED(select)((JOIN(mask, W))(lane >= W - count), *(const VECTOR *)(end - W), v);
    }
    for (int l = 0; l < count; l++) v[l] = (end - count)[l];
    return v;
}

// y[n, o] = dot(x[n], w[o]) + b[o] for N × 4 of them, of which the first `outputs` are wanted (the others repeat the first).
INLINE void NAMED(dots)(const linear_job *j, int64_t n, int64_t o, const int outputs, const int N) {
    const int64_t inputs = j->inputs;
    VECTOR sums[N * 4];
    UNROLL for (int k = 0; k < N * 4; k++) sums[k] = NAMED(nought)();
    const float *x = j->x + n * inputs, *w[4];
    UNROLL for (int l = 0; l < 4; l++) w[l] = j->w + (o + (l < outputs ? l : 0)) * inputs;
    int64_t i = 0;
    const int64_t ahead = (AHEAD / (4 * inputs) + 1) * 4 * inputs;
    for (; i + W <= inputs; i += W) {
        VECTOR a[N];
        UNROLL for (int k = 0; k < N; k++) a[k] = *(const VECTOR *)(x + k * inputs + i);
        UNROLL for (int l = 0; l < 4; l++) {
            const VECTOR b = *(const VECTOR *)(w[l] + i);
            __builtin_prefetch(w[l] + i + ahead, 0, 2);
            UNROLL for (int k = 0; k < N; k++) sums[k * 4 + l] += a[k] * b;
        }
    }
    if (i < inputs) {
        const int count = (int)(inputs - i), is_long = inputs >= W;
        VECTOR a[N];
        UNROLL for (int k = 0; k < N; k++) a[k] = NAMED(rest)(x + (k + 1) * inputs, count, is_long);
        UNROLL for (int l = 0; l < 4; l++) {
            const VECTOR b = NAMED(rest)(w[l] + inputs, count, is_long);
            UNROLL for (int k = 0; k < N; k++) sums[k * 4 + l] += a[k] * b;
        }
    }
    vector4 bias = {0};
    if (j->b) for (int l = 0; l < outputs; l++) bias[l] = j->b[o + l];
    UNROLL for (int k = 0; k < N; k++) {
        const vector4 total = NAMED(totals)(sums + k * 4) + bias;
        float *y = j->y + (n + k) * j->outputs + o;
        if (outputs == 4) *(vector4 *)y = total;
        else
            for (int l = 0; l < outputs; l++) y[l] = total[l];
    }
}
INLINE void NAMED(forward_inner)(const linear_job *j) {
    SHARE((j->outputs + 3) / 4, from, to);
    for (int64_t t = from; t < to; t++) {
        const int outputs = j->outputs - t * 4 < 4 ? (int)(j->outputs - t * 4) : 4;
        int64_t n = 0;
        if (W == 16)
            for (; n + 4 <= j->n; n += 4) NAMED(dots)(j, n, t * 4, outputs, 4);
        for (; n + 2 <= j->n; n += 2) NAMED(dots)(j, n, t * 4, outputs, 2);
        if (n < j->n) NAMED(dots)(j, n, t * 4, outputs, 1);
    }
}
JOIN(HOT_, W) static void NAMED(linear_forward)(void *data) { NAMED(forward_inner)(data); }

// out[r, i] = sum over k of coefficient(r, k) * matrix[k, i], for R rows and C vectors of columns from i on.
INLINE void NAMED(outer)(const outer_job *j, int64_t r, int64_t i, const int R, const int C) {
    VECTOR sums[R * C];
    UNROLL for (int k = 0; k < R * C; k++) sums[k] = NAMED(nought)();
    const float *coefficient = j->coefficients + r * j->row_step, *matrix = j->matrix + i;
    for (int64_t k = 0; k < j->depth; k++, coefficient += j->depth_step, matrix += j->columns) {
        VECTOR m[C];
        UNROLL for (int c = 0; c < C; c++) m[c] = ((const VECTOR *)matrix)[c];
        UNROLL for (int row = 0; row < R; row++) {
            const float factor = coefficient[row * j->row_step];
            UNROLL for (int c = 0; c < C; c++) sums[row * C + c] += m[c] * factor;
        }
    }
    UNROLL for (int row = 0; row < R; row++)
        UNROLL for (int c = 0; c < C; c++) ((VECTOR *)(j->out + (r + row) * j->columns + i))[c] = sums[row * C + c];
}
INLINE void NAMED(outer_columns)(const outer_job *j, int64_t r, int64_t i, const int C) {
    for (; r + 4 <= j->rows; r += 4) NAMED(outer)(j, r, i, 4, C);
    for (; r < j->rows; r++) NAMED(outer)(j, r, i, 1, C);
}
// Tiles of COLUMNS vectors; the last columns vector by vector, then one by one.
INLINE void NAMED(outer_inner)(const outer_job *j) {
    const int64_t tiles = (j->columns + COLUMNS * W - 1) / (COLUMNS * W), row_tiles = (j->rows + 63) / 64;
    SHARE(tiles * row_tiles, from, to);
    for (int64_t t = from; t < to; t++) {
        outer_job part = *j;
        const int64_t first = t / tiles * 64;
        part.coefficients += first * j->row_step;
        part.out += first * j->columns;
        part.rows = j->rows - first < 64 ? j->rows - first : 64;
        int64_t i = t % tiles * COLUMNS * W;
        const int64_t end = i + COLUMNS * W < j->columns ? i + COLUMNS * W : j->columns;
        if (i + COLUMNS * W <= end) {
            NAMED(outer_columns)(&part, 0, i, COLUMNS);
            continue;
        }
        for (; i + W <= end; i += W) NAMED(outer_columns)(&part, 0, i, 1);
        for (; i < end; i++)
            for (int64_t r = 0; r < part.rows; r++) {
                float sum = 0;
                for (int64_t k = 0; k < j->depth; k++) sum += part.coefficients[r * j->row_step + k * j->depth_step] * j->matrix[k * j->columns + i];
                part.out[r * j->columns + i] = sum;
            }
    }
}
JOIN(HOT_, W) static void NAMED(outer_product)(void *data) { NAMED(outer_inner)(data); }

#undef COLUMNS
#undef VECTOR
#undef NAMED
