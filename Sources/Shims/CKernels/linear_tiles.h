// Included once for each width: matrix products whose tiles lie in registers. W is the number of lanes of a vector.
#define VECTOR JOIN(vector, W)
#define NAMED(name) JOIN(name##_, W)
// A tile of ROWS × COLUMNS sums; with its operands it fits the registers (32 of AVX-512, 16 of AVX2).
#define COLUMNS (W == 16 ? 4 : 2)

INLINE float NAMED(total)(VECTOR v) {
    float lanes[W];
    *(VECTOR *)lanes = v;
    for (int half = W / 2; half; half /= 2)
        for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
    return lanes[0];
}
// `count` < W floats, then zeros.
INLINE VECTOR NAMED(rest)(const float *from, int count) {
    VECTOR v = NAMED(nought)();
    for (int l = 0; l < count; l++) v[l] = from[l];
    return v;
}

// y[n, o] = dot(x[n], w[o]) + b[o] for N × O of them.
INLINE void NAMED(dots)(const linear_job *j, int64_t n, int64_t o, const int N, const int O) {
    const int64_t inputs = j->inputs;
    VECTOR sums[N * O];
    UNROLL for (int k = 0; k < N * O; k++) sums[k] = NAMED(nought)();
    const float *x = j->x + n * inputs, *w = j->w + o * inputs;
    int64_t i = 0;
    for (; i + W <= inputs; i += W) {
        VECTOR a[N];
        UNROLL for (int k = 0; k < N; k++) a[k] = *(const VECTOR *)(x + k * inputs + i);
        UNROLL for (int l = 0; l < O; l++) {
            const VECTOR b = *(const VECTOR *)(w + l * inputs + i);
            UNROLL for (int k = 0; k < N; k++) sums[k * O + l] += a[k] * b;
        }
    }
    if (i < inputs) {
        VECTOR a[N];
        UNROLL for (int k = 0; k < N; k++) a[k] = NAMED(rest)(x + k * inputs + i, (int)(inputs - i));
        UNROLL for (int l = 0; l < O; l++) {
            const VECTOR b = NAMED(rest)(w + l * inputs + i, (int)(inputs - i));
            UNROLL for (int k = 0; k < N; k++) sums[k * O + l] += a[k] * b;
        }
    }
    UNROLL for (int k = 0; k < N; k++)
        UNROLL for (int l = 0; l < O; l++)
            j->y[(n + k) * j->outputs + o + l] = NAMED(total)(sums[k * O + l]) + (j->b ? j->b[o + l] : 0);
}

INLINE void NAMED(dot_rows)(const linear_job *j, int64_t o, const int O) {
    int64_t n = 0;
    for (; n + 4 <= j->n; n += 4) NAMED(dots)(j, n, o, 4, O);
    if (n + 2 <= j->n) {
        NAMED(dots)(j, n, o, 2, O);
        n += 2;
    }
    if (n < j->n) NAMED(dots)(j, n, o, 1, O);
}
INLINE void NAMED(forward_inner)(const linear_job *j) {
    SHARE((j->outputs + COLUMNS - 1) / COLUMNS, from, to);
    for (int64_t t = from; t < to; t++) {
        if ((t + 1) * COLUMNS <= j->outputs) NAMED(dot_rows)(j, t * COLUMNS, COLUMNS);
        else
            for (int64_t o = t * COLUMNS; o < j->outputs; o++) NAMED(dot_rows)(j, o, 1);
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
