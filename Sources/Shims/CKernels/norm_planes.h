// Included once for each width: what happens to one plane (n, block) of a batch norm. W is the width.
#define VECTOR JOIN(vector, W)
#define NAMED(name) JOIN(name##_, W)
#define STREAM_W(to, vector) JOIN(STREAM_, W)(to, vector)

// Mean and sum of squared deviations of one plane, chunk by chunk (Chan, Golub, LeVeque 1983).
INLINE void NAMED(statistics)(const float *x, int pixels, float *mean_out, float *deviations_out) {
    VECTOR mean = {0}, deviations = {0};
    for (int from = 0; from < pixels; from += CHUNK) {
        const int count = pixels - from < CHUNK ? pixels - from : CHUNK;
        const VECTOR *xs = (const VECTOR *)(x + (int64_t)from * W);
        VECTOR sums[4] = {{0}, {0}, {0}, {0}};
        int p = 0;
        for (; p + 4 <= count; p += 4) UNROLL for (int k = 0; k < 4; k++) sums[k] += xs[p + k];
        for (; p < count; p++) sums[0] += xs[p];
        const VECTOR m = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)count;
        UNROLL for (int k = 0; k < 4; k++) sums[k] = (VECTOR){0};
        for (p = 0; p + 4 <= count; p += 4)
            UNROLL for (int k = 0; k < 4; k++) {
                const VECTOR d = xs[p + k] - m;
                sums[k] += d * d;
            }
        for (; p < count; p++) sums[0] += (xs[p] - m) * (xs[p] - m);
        const float share = (float)count / (float)(from + count), weight = (float)from * share;
        const VECTOR difference = m - mean;
        mean += difference * share;
        deviations += ((sums[0] + sums[1]) + (sums[2] + sums[3])) + difference * difference * weight;
    }
    *(VECTOR *)mean_out = mean;
    *(VECTOR *)deviations_out = deviations;
}

// The line that a plane's pixels go through: pre-activation = (x − mean) · slope + shift (+ residual). The mean goes off first: near an activation's
// threshold that loses the least, and forward and backward, which take the same numbers, agree on the mask to the bit.
typedef struct {
    VECTOR mean, slope, shift;
} NAMED(line);
INLINE void NAMED(set_line)(
    NAMED(line) *line, const float *scale, const float *shift, const float *mean, const float *inverse, int cb, float factor) {
    float slope[W];
    for (int c = 0; c < W; c++) slope[c] = (float)((double)scale[cb * W + c] * inverse[cb * W + c] * factor);
    line->slope = *(VECTOR *)slope;
    line->mean = *(const VECTOR *)(mean + cb * W);
    line->shift = *(const VECTOR *)(shift + cb * W) * factor;
}
INLINE VECTOR NAMED(pass)(const NAMED(line) *line, VECTOR x) { return (x - line->mean) * line->slope + line->shift; }

// The plain features of a block, `otherwise` where there are none, zero behind the last channel.
INLINE void NAMED(features)(VECTOR *to, const float *plain, int channels, int64_t n, int cb, float otherwise) {
    float value[W];
    for (int c = 0; c < W; c++) value[c] = !plain ? otherwise : cb * W + c < channels ? plain[n * channels + cb * W + c] : 0;
    *to = *(VECTOR *)value;
}
INLINE void NAMED(keep_features)(const VECTOR *from, float *plain, int channels, int64_t n, int cb) {
    for (int c = 0; c < W && cb * W + c < channels; c++) plain[n * channels + cb * W + c] = (*from)[c];
}

// y = act(pre-activation) (· gate), and its mean over the pixels.
INLINE void NAMED(apply)(const norm_forward_job *j, int64_t n, int cb, const aliquot_activation activation) {
    const aliquot_norm_forward *a = j->a;
    const int pixels = a->shape.pixels;
    const int64_t at = (n * a->shape.blocks + cb) * pixels * W;
    const VECTOR *x = (const VECTOR *)(a->x + at), *r = a->residual ? (const VECTOR *)(a->residual + at) : NULL;
    VECTOR *y = a->y ? (VECTOR *)(a->y + at) : NULL;
    NAMED(line) line;
    NAMED(set_line)(&line, a->scale, a->shift, a->mean, a->inverse_deviation, cb, j->extras.factors ? j->extras.factors[n] : 1);
    uint16_t *rounded = j->extras.rounded ? j->extras.rounded + at : NULL;
    if (!j->extras.pooled && !j->extras.gate) {
        if (rounded) {
            for (int p = 0; p < pixels; p++) {
                const VECTOR v = NAMED(pass)(&line, x[p]), result = NAMED(activate)(r ? v + r[p] : v, activation);
                if (y) y[p] = result;
                NAMED(round)(result, rounded + (int64_t)p * W);
            }
        } else if (j->is_streaming) {
            for (int p = 0; p < pixels; p++) {
                const VECTOR v = NAMED(pass)(&line, x[p]);
                STREAM_W(y + p, NAMED(activate)(r ? v + r[p] : v, activation));
            }
        } else if (r)
            for (int p = 0; p < pixels; p++) y[p] = NAMED(activate)(NAMED(pass)(&line, x[p]) + r[p], activation);
        else
            for (int p = 0; p < pixels; p++) y[p] = NAMED(activate)(NAMED(pass)(&line, x[p]), activation);
        return;
    }
    VECTOR gate, sum = {0}, other = {0};
    NAMED(features)(&gate, j->extras.gate, j->extras.channels, n, cb, 1);
    int p = 0;
    for (; p + 2 <= pixels; p += 2) {
        VECTOR v = NAMED(pass)(&line, x[p]), w = NAMED(pass)(&line, x[p + 1]);
        if (r) v += r[p], w += r[p + 1];
        v = NAMED(activate)(v, activation);
        w = NAMED(activate)(w, activation);
        sum += v;
        other += w;
        if (y) y[p] = v * gate, y[p + 1] = w * gate;
        if (rounded) NAMED(round)(v * gate, rounded + (int64_t)p * W), NAMED(round)(w * gate, rounded + (int64_t)(p + 1) * W);
    }
    for (; p < pixels; p++) {
        VECTOR v = NAMED(pass)(&line, x[p]);
        if (r) v += r[p];
        v = NAMED(activate)(v, activation);
        sum += v;
        if (y) y[p] = v * gate;
        if (rounded) NAMED(round)(v * gate, rounded + (int64_t)p * W);
    }
    if (!j->extras.pooled) return;
    sum = (sum + other) / (float)pixels;
    NAMED(keep_features)(&sum, j->extras.pooled, j->extras.channels, n, cb);
}

// What the backward passes know of one plane.
typedef struct {
    const VECTOR *x, *dy, *dy2, *y;
    NAMED(line) line;
    VECTOR gate, dpooled;
    int is_gated;
} NAMED(gradient_plane);
INLINE void NAMED(set_gradient_plane)(NAMED(gradient_plane) *p, const norm_backward_job *j, int64_t n, int cb, const aliquot_activation activation) {
    const aliquot_norm_backward *a = j->a;
    const int64_t at = (n * a->shape.blocks + cb) * a->shape.pixels * W;
    p->x = (const VECTOR *)(a->x + at);
    p->dy = (const VECTOR *)(a->dy + at);
    p->dy2 = a->dy2 ? (const VECTOR *)(a->dy2 + at) : NULL;
    p->y = a->has_residual && activation != ALIQUOT_LINEAR ? (const VECTOR *)(a->y + at) : NULL;
    NAMED(set_line)(&p->line, a->scale, a->shift, a->mean, a->inverse_deviation, cb, j->extras.factors ? j->extras.factors[n] : 1);
    p->is_gated = j->extras.gate || j->extras.dpooled;
    NAMED(features)(&p->gate, j->extras.gate, j->extras.channels, n, cb, 1);
    NAMED(features)(&p->dpooled, j->extras.dpooled, j->extras.channels, n, cb, 0);
    p->dpooled /= (float)a->shape.pixels;
}
// The gradient behind the activation at pixel i.
INLINE VECTOR NAMED(behind)(const NAMED(gradient_plane) *p, int i, const aliquot_activation activation) {
    VECTOR g = p->dy[i];
    if (p->dy2) g += p->dy2[i];
    if (p->is_gated) g = g * p->gate + p->dpooled;
    if (activation == ALIQUOT_LINEAR) return g;
    if (!p->y) return NAMED(derive)(g, NAMED(pass)(&p->line, p->x[i]), activation);
    if (activation == ALIQUOT_HARD_SWISH || activation == ALIQUOT_SILU)
        return NAMED(derive)(g, NAMED(pass)(&p->line, p->x[i]) + p->y[i], activation);
    return NAMED(derive_from_result)(g, p->y[i], activation);
}

// Where the derivative takes an exponential it is computed once, and g waits in dx.
#define IS_DEAR(activation) ((activation) == ALIQUOT_SILU || (activation) == ALIQUOT_SIGMOID)

// The sums of a plane: of g, and of g · (x − mean), both times the picture's factor.
INLINE void NAMED(gradient_sums)(const norm_backward_job *j, int64_t n, int cb, float *partials, const aliquot_activation activation) {
    const aliquot_norm_backward *a = j->a;
    const int pixels = a->shape.pixels;
    NAMED(gradient_plane) plane;
    NAMED(set_gradient_plane)(&plane, j, n, cb, activation);
    const int64_t at = (n * a->shape.blocks + cb) * pixels * W;
    VECTOR *g = a->g ? (VECTOR *)(a->g + at) : IS_DEAR(activation) ? (VECTOR *)(a->dx + at) : NULL;
    VECTOR sums = {0}, products = {0};
    for (int from = 0; from < pixels; from += CHUNK) {
        const int to = pixels - from < CHUNK ? pixels : from + CHUNK;
        VECTOR sum = {0}, product = {0};
        for (int p = from; p < to; p++) {
            const VECTOR v = NAMED(behind)(&plane, p, activation);
            if (g) g[p] = v;
            sum += v;
            product += v * (plane.x[p] - plane.line.mean);
        }
        sums += sum;
        products += product;
    }
    const float factor = j->extras.factors ? j->extras.factors[n] : 1;
    *(VECTOR *)partials = sums * factor;
    *(VECTOR *)(partials + W) = products * factor;
}

// dx = A · factor · g + B · (x − mean) + C.
INLINE void NAMED(gradient_result)(const norm_backward_job *j, int64_t n, int cb, const float *coefficients, const aliquot_activation activation) {
    const aliquot_norm_backward *a = j->a;
    const int pixels = a->shape.pixels;
    const int64_t at = (n * a->shape.blocks + cb) * pixels * W;
    NAMED(gradient_plane) plane;
    NAMED(set_gradient_plane)(&plane, j, n, cb, activation);
    VECTOR *dx = a->dx ? (VECTOR *)(a->dx + at) : NULL;
    uint16_t *rounded = j->extras.rounded ? j->extras.rounded + at : NULL;
    const VECTOR A = *(const VECTOR *)coefficients * (j->extras.factors ? j->extras.factors[n] : 1);
    const VECTOR B = *(const VECTOR *)(coefficients + W), C = *(const VECTOR *)(coefficients + 2 * W);
    const VECTOR *g = a->g ? (const VECTOR *)(a->g + at) : IS_DEAR(activation) ? dx : NULL;
    if (rounded)
        for (int p = 0; p < pixels; p++) {
            const VECTOR v = g ? g[p] : NAMED(behind)(&plane, p, activation);
            NAMED(round)(A * v + (B * (plane.x[p] - plane.line.mean) + C), rounded + (int64_t)p * W);
        }
    else if (g)
        for (int p = 0; p < pixels; p++) dx[p] = A * g[p] + (B * (plane.x[p] - plane.line.mean) + C);
    else
        for (int p = 0; p < pixels; p++) dx[p] = A * NAMED(behind)(&plane, p, activation) + (B * (plane.x[p] - plane.line.mean) + C);
}

INLINE void NAMED(gate_sums)(const norm_backward_job *j, int64_t n, int cb, const aliquot_activation activation) {
    const aliquot_norm_backward *a = j->a;
    NAMED(gradient_plane) plane;
    NAMED(set_gradient_plane)(&plane, j, n, cb, activation);
    const int64_t at = (n * a->shape.blocks + cb) * a->shape.pixels * W;
    const VECTOR *r = a->has_residual ? (const VECTOR *)(a->y + at) : NULL;
    VECTOR sums = {0};
    for (int from = 0; from < a->shape.pixels; from += CHUNK) {
        const int to = a->shape.pixels - from < CHUNK ? a->shape.pixels : from + CHUNK;
        VECTOR sum = {0};
        for (int p = from; p < to; p++) {
            VECTOR g = plane.dy[p], v = NAMED(pass)(&plane.line, plane.x[p]);
            if (plane.dy2) g += plane.dy2[p];
            if (r) v += r[p];
            sum += g * NAMED(activate)(v, activation);
        }
        sums += sum;
    }
    NAMED(keep_features)(&sums, j->dgate, j->extras.channels, n, cb);
}

#define PLANES(what, activation)                                                             \
    for (int64_t i = from; i < to; i++) {                                                    \
        const int64_t n = i / count;                                                         \
        const int cb = (int)(first + i % count);                                             \
        what;                                                                                \
    }
// The blocks first ..< first + count of one turn, and this thread's share from ..< to of their planes.
#define EACH_GROUP(tensors)                                                                  \
    const int group = blocks_of_a_group(&s, tensors);                                        \
    for (int first = 0; first < s.blocks; first += group)
#define GROUP                                                                                \
    const int count = s.blocks - first < group ? s.blocks - first : group;                   \
    SHARE((int64_t)s.batch * count, from, to);

#define APPLY(activation) PLANES(NAMED(apply)(j, n, cb, activation), activation)
JOIN(HOT_, W) static void NAMED(forward)(void *data) {
    const norm_forward_job *j = data;
    const aliquot_blocked_shape s = j->a->shape;
    EACH_GROUP(j->a->residual ? 3 : 2) {
        GROUP
        if (!j->is_only_application) {
            for (int64_t i = from; i < to; i++) {
                const int64_t plane = i / count * s.blocks + first + i % count;
                float *partials = j->a->partials + plane * 2 * W;
                NAMED(statistics)(j->a->x + plane * s.pixels * W, s.pixels, partials, partials + W);
            }
            GOMP_barrier();
            combine_statistics(j->a, W, first, count);
            GOMP_barrier();
        }
        EACH_ACTIVATION(j->a->activation, APPLY)
    }
    if (j->is_streaming) end_of_streaming();
}
#undef APPLY

#define SUMS(activation) \
    PLANES(NAMED(gradient_sums)(j, n, cb, j->a->partials + (n * s.blocks + cb) * 2 * W, activation), activation)
#define RESULT(activation) PLANES(NAMED(gradient_result)(j, n, cb, coefficients + (int64_t)cb * 4 * W, activation), activation)
JOIN(HOT_, W) static void NAMED(backward)(void *data) {
    const norm_backward_job *j = data;
    const aliquot_blocked_shape s = j->a->shape;
    float *coefficients = j->a->partials + (int64_t)s.batch * s.blocks * 2 * W;
    EACH_GROUP(3) {
        GROUP
        EACH_ACTIVATION(j->a->activation, SUMS)
        GOMP_barrier();
        combine_gradients(j->a, W, coefficients, first, count);
        GOMP_barrier();
        EACH_ACTIVATION(j->a->activation, RESULT)
    }
}
#undef SUMS
#undef RESULT

#define GATES(activation) PLANES(NAMED(gate_sums)(j, n, cb, activation), activation)
JOIN(HOT_, W) static void NAMED(gate_gradient)(void *data) {
    const norm_backward_job *j = data;
    const aliquot_blocked_shape s = j->a->shape;
    const int first = 0, count = s.blocks;
    SHARE((int64_t)s.batch * count, from, to);
    EACH_ACTIVATION(j->a->activation, GATES)
}
#undef GATES
#undef GROUP
#undef EACH_GROUP
#undef PLANES
#undef IS_DEAR
#undef VECTOR
#undef NAMED
#undef STREAM_W
