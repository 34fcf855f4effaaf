/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of a host's configuration a boot image contains: an initramfs is on the ESP, where anyone who has the
 * disk can read it, whatever was sealed. It finds what it knows to look for; a secret of an unknown kind, or one that a
 * program wrote into another file, isn't found.
 */
#ifndef ES_IMAGE_FILES_H
#define ES_IMAGE_FILES_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"
#include "keys/store/covered.h"

#include <sys/types.h>

enum es_image_file_kind {
	ES_IMAGE_FILE_SECRET,  /* by its place, mode or content, and not as a package ships it */
	ES_IMAGE_FILE_CHANGED, /* a package ships it with another content */
	ES_IMAGE_FILE_UNOWNED,
	ES_IMAGE_FILE_SHIPPED,
	ES_IMAGE_FILE_KINDS
};
/* "secret", "changed", "unowned", "shipped" */
extern const char *const es_image_file_kinds[ES_IMAGE_FILE_KINDS];

/* How a usual case gets into an initramfs, and how it is kept out. */
struct es_image_way {
	const char *id;      /* "modprobe" */
	const char *by;      /* who copies it: "hook cryptroot of cryptsetup-initramfs"; NULL: unknown */
	const char *way_out; /* sentences */
};

struct es_image_file {
	char *path; /* in the initramfs; ".cmdline" for the image's options */
	uint64_t size;
	mode_t mode;
	enum es_image_file_kind kind;
	const char *secret_id, *secret; /* of a SECRET: "host-key", "an SSH host key" */
	char *package;                  /* that has it; or NULL */
	char *source;                   /* the covered file with the same content; or NULL */
	char *copied_by;                /* or NULL */
	bool guessed;                   /* it is a script that names the source, and may have copied it */
	const struct es_image_way *way; /* never NULL */
	bool finding;                   /* it shouldn't be there: secret, changed, or a covered file of the owner's */
	bool allowed;                   /* a finding that the request allows */
};

struct es_image_files_request {
	int rootfd; /* of the host whose files and packages are compared with; -1: none */
	unsigned path_count;
	const char (*paths)[ES_PATH_TEXT]; /* its covered paths */
	unsigned allowed_count;
	const char *const *allowed; /* patterns for paths in the initramfs, fnmatch(3) */
};

struct es_image_files {
	struct es_image_file *file; /* secrets first; by path */
	size_t count;
	size_t findings; /* without those that are allowed */
	size_t left_out; /* not looked into: too large, or a file system in a file */
	bool packages;   /* there is a dpkg database */
	bool dracut;     /* dracut made it */
	bool helper;     /* etcseal-boot is in it */
};

/* Collects from any number of parts, then es_image_files_finish. ES_MEMORY, ES_IO, … The caller owns *ret; *request and
 * what it points to must outlive the collector. */
struct es_image_collector;
ES_MUST_CHECK enum es_reason es_image_files_begin(const struct es_image_files_request *request,
						  struct es_image_collector **ret);
/* The reasons and the clause of es_initrd_walk: "ends in the middle of a file". What came before the damage is
 * collected. */
ES_MUST_CHECK enum es_reason es_image_files_initrd(struct es_image_collector *c, struct es_span initrd,
						   const char **ret_why);
/* A folder that is to become an initramfs. */
ES_MUST_CHECK enum es_reason es_image_files_folder(struct es_image_collector *c, int dirfd);
ES_MUST_CHECK enum es_reason es_image_files_options(struct es_image_collector *c, struct es_span options);
/* *ret is the collector's, and complete. */
const struct es_image_files *es_image_files_finish(struct es_image_collector *c);
void es_image_files_freep(struct es_image_collector **c);
#define ES_IMAGE_FILES ES_SCOPED(es_image_files_freep) struct es_image_collector *

#endif
