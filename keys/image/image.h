/* SPDX-License-Identifier: Apache-2.0 */
/* Facade for boot images: build, inspect, predict. */
#ifndef ES_IMAGE_H
#define ES_IMAGE_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/pe.h"

/* Checks the parts (the kernel is a PE image of the stub's machine, .cmdline has no NUL or line end within, …) and writes
 * the UKI. ret_detail names the part and what is wrong with it: ".initrd is empty". ES_PART_STUB … ES_PART_SIGNED:
 * a file that won't do; ES_ARGUMENT: a text that won't, a part that is missing, .sbat beside the stub's own;
 * ES_IMAGE_TOO_LARGE. The caller owns *ret. */
enum { ES_IMAGE_DETAIL = 128 };
ES_MUST_CHECK enum es_reason es_image_build(const struct es_uki_parts *parts, struct es_buf *ret,
					    char ret_detail[static ES_IMAGE_DETAIL]);

/* What keeps a part of a finished image from doing its work: ES_OK, or why ("is a boot loader (shim)"). */
struct es_fault {
	enum es_reason reason;
	const char *why;
};
struct es_fault es_image_fault(const struct es_pe *image, const struct es_uki *uki, enum es_uki_section which);
struct es_fault es_image_stub_fault(const struct es_pe *image);

/* The release that an x86 kernel names in its header, as uname -r prints it; false if it names none. */
enum { ES_KERNEL_RELEASE = 65 };
bool es_image_kernel_release(struct es_span kernel, char ret[static ES_KERNEL_RELEASE]);

/* SHA-256 of a section, for inspect. */
ES_MUST_CHECK enum es_reason es_image_digest(struct es_span section, struct es_digest *ret);

/* Whether the image's stub measures what firmware gives the system as options: the stub of 0.1.0, and others' stubs, don't. */
bool es_image_measures_firmware(const struct es_pe *image);

/* PCR 11 as the stub leaves it (from zeros), without the fence. */
ES_MUST_CHECK enum es_reason es_image_predict_pcr11(const struct es_uki *uki, struct es_digest *ret);
/* PCR 12 for options from outside (ASCII, "" for none) and, measured before them, the event of a recovery boot; zeros for
 * neither. Options that are the image's own count as none, as for the stub. ES_ARGUMENT: options beyond ASCII or
 * ES_OPTIONS_MAX. */
ES_MUST_CHECK enum es_reason es_image_predict_pcr12(const struct es_uki *uki, const char *options, bool recovery,
						    struct es_digest *ret);

#endif
