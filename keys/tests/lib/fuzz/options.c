/* SPDX-License-Identifier: Apache-2.0 */
/* AddressSanitizer's own upkeep took a third of the time: what is freed is kept apart, so that it is seen when it is used, but
 * 256 MiB of that are pages that are never warm, and giving them back makes new ones of them. */

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4:allocator_release_to_os_interval_ms=-1";
}
