/* SPDX-License-Identifier: Apache-2.0 */
/* Facade for boot images: build, inspect, predict. */
#ifndef ES_IMAGE_H
#define ES_IMAGE_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/pe.h"

/* Checks the parts (the kernel is a PE image for the stub's machine, .cmdline contains no NUL or newline, …) and writes
 * the UKI. ret_detail names the part and its fault: ".initrd is empty". ES_PART_STUB … ES_PART_SIGNED: an unusable
 * file; ES_ARGUMENT: an unusable text, a missing part, or an .sbat beside the stub's own; ES_IMAGE_TOO_LARGE. The
 * caller owns *ret. */
enum { ES_IMAGE_DETAIL = 128 };
ES_MUST_CHECK enum es_reason es_image_build(const struct es_uki_parts *parts, struct es_buf *ret,
					    char ret_detail[static ES_IMAGE_DETAIL]);

/* Why a part of a finished image can't work: ES_OK, or the reason and its words ("is a boot loader (shim)"). */
struct es_fault {
	enum es_reason reason;
	const char *why;
};
struct es_fault es_image_fault(const struct es_pe *image, const struct es_uki *uki, enum es_uki_section which);
struct es_fault es_image_stub_fault(const struct es_pe *image);

/* The release in an x86 kernel's header, as uname -r prints it; false if there is none. */
enum { ES_KERNEL_RELEASE = 65 };
bool es_image_kernel_release(struct es_span kernel, char ret[static ES_KERNEL_RELEASE]);

/* SHA-256 of a section, for image inspect. */
ES_MUST_CHECK enum es_reason es_image_digest(struct es_span section, struct es_digest *ret);

/* Whether the image's stub measures what firmware hands to the system as options. The stub of 0.1.0 and other projects'
 * stubs don't. */
bool es_image_measures_firmware(const struct es_pe *image);

/* PCR 11 after the stub (starting from zeros), before the fence. */
ES_MUST_CHECK enum es_reason es_image_predict_pcr11(const struct es_uki *uki, struct es_digest *ret);
/* PCR 12 after an optional recovery boot's event and then options from outside (ASCII, "" for none); zeros if there is
 * neither. As for the stub, options that equal the image's own count as none. ES_ARGUMENT: options that aren't ASCII,
 * or longer than ES_OPTIONS_MAX. */
ES_MUST_CHECK enum es_reason es_image_predict_pcr12(const struct es_uki *uki, const char *options, bool recovery,
						    struct es_digest *ret);

#endif
