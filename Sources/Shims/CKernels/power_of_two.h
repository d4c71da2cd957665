// 2^x for x from 0 to 1 within a relative 1.1e-4, as a polynomial: what 8 bits need of an exponential.
#ifndef ALIQUOT_POWER_OF_TWO_H
#define ALIQUOT_POWER_OF_TWO_H

// `fmadd` and `set1` are the instructions of a vector's width.
#define POWER_OF_TWO(fmadd, set1, x)                                                                                           \
    fmadd(fmadd(fmadd(set1(0.07944023841f), x, set1(0.22449433730f)), x, set1(0.69606564216f)), x, set1(0.99989298350f))

#endif
