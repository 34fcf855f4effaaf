/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for a device, with a time limit: checks again after each event from the kernel or udev. */
#ifndef ES_INITRD_WAIT_H
#define ES_INITRD_WAIT_H

#include <stdbool.h>

typedef bool es_ready_fn(void *arg);

/* True as soon as ready(arg) is true; false after `ms` milliseconds. */
bool es_wait_for(es_ready_fn *ready, void *arg, int ms);

#endif
