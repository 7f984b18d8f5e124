/* sample.h - the one form that fuzz targets of filling work on: groups, nested repeats, filters, calculations of all kinds. */
#ifndef TESTS_FUZZ_SAMPLE_H
#define TESTS_FUZZ_SAMPLE_H

#include "forms/fill/fill.h"

/* A fresh record; aborts when it cannot be opened. The form lives as long as the process. */
struct fill *sample_open(void);
enum err sample_try(struct fill **out);     /* the same, failing as fill_open() does */

#endif
