#ifndef ALIQUOT_EACH_ACTIVATION_H
#define ALIQUOT_EACH_ACTIVATION_H

// `call(ACTIVATION);` with a constant for the activation, so that everything inlined into it knows which it is.
#define EACH_ACTIVATION(activation, call)                                                                                      \
    switch (activation) {                                                                                                      \
    case ALIQUOT_LINEAR: call(ALIQUOT_LINEAR); break;                                                                          \
    case ALIQUOT_RELU: call(ALIQUOT_RELU); break;                                                                              \
    case ALIQUOT_RELU6: call(ALIQUOT_RELU6); break;                                                                            \
    case ALIQUOT_HARD_SWISH: call(ALIQUOT_HARD_SWISH); break;                                                                  \
    case ALIQUOT_SILU: call(ALIQUOT_SILU); break;                                                                              \
    case ALIQUOT_SIGMOID: call(ALIQUOT_SIGMOID); break;                                                                        \
    case ALIQUOT_HARD_SIGMOID: call(ALIQUOT_HARD_SIGMOID); break;                                                              \
    }

// `make(ACTIVATION)` for each.
#define FOR_ACTIVATIONS(make)                                                                                                  \
    make(ALIQUOT_LINEAR) make(ALIQUOT_RELU) make(ALIQUOT_RELU6) make(ALIQUOT_HARD_SWISH) make(ALIQUOT_SILU)                    \
    make(ALIQUOT_SIGMOID) make(ALIQUOT_HARD_SIGMOID)

#endif
