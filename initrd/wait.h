/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for a device, with a bound: looks again after each event of the kernel or of udev. */
#ifndef ES_INITRD_WAIT_H
#define ES_INITRD_WAIT_H

#include <stdbool.h>
#include <stdint.h>

typedef bool es_there_fn(void *arg);

/* True as soon as there(arg) is; false after `ms`. */
bool es_wait_for(es_there_fn *there, void *arg, int ms);

/* CLOCK_MONOTONIC. */
uint64_t es_now_ms(void);

#endif
