/* SPDX-License-Identifier: Apache-2.0 */
/* A third of the time went into AddressSanitizer's quarantine, which keeps freed memory to notice its use: 256 MiB of
 * it are pages that are never warm, and giving them back makes new ones of them. */

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4:allocator_release_to_os_interval_ms=-1";
}
