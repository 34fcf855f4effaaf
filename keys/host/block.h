/* SPDX-License-Identifier: Apache-2.0 */
/* What block devices are made of, according to sysfs. sys: "/sys", or a test's tree. */
#ifndef ES_BLOCK_H
#define ES_BLOCK_H

#include <stdbool.h>
#include <sys/types.h>

/* `top` is `part`, or shows its content: an array that `part` is a member of (md), a mapping onto it (dm: linear,
 * multipath, crypt), a cache in front of it, or a partition of such a device that is the same partition as `part`.
 * False also if sysfs doesn't know them. */
bool es_block_shows(const char *sys, dev_t top, dev_t part);

/* The device is dm-verity, or everything that it is made of rests on dm-verity. */
bool es_block_rests_on_verity(const char *sys, dev_t device);

/* "/dev/sda1", "/dev/mapper/esp"; "device 8:1" if sysfs doesn't know it. */
enum { ES_BLOCK_NAME = 96 };
void es_block_name(const char *sys, dev_t device, char ret[static ES_BLOCK_NAME]);

#endif
