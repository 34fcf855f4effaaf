/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plaintext of config.cms: a tar (pax, one zstd frame) whose first member is manifest.json, then the changed files
 * beneath tree/, which is relative to the root of the host: "tree/etc/hostname", sorted by name. Files, folders, symlinks,
 * overlay whiteouts (character device 0:0) and opaque folders (xattr trusted.overlay.opaque); owner, mode, mtime, xattrs,
 * ACLs (as the xattrs that the kernel shows them as) and file flags (flags.h) are kept. A file of several names is
 * kept as several files, which the report names.
 *
 * The tree is read while others may write to it: a file is what it was while it was read, the tree is no snapshot.
 */
#ifndef ES_ARCHIVE_H
#define ES_ARCHIVE_H

#include "keys/core/buf.h"
#include "keys/store/covered.h"
#include "keys/store/info.h"

enum {
	ES_ENTRIES_MAX = 200000, /* members of an archive */
	ES_SKIPPED_NAMED = 8,    /* how many left-out files are named */
};

struct es_manifest {
	uint64_t generation;
	char host[ES_UUID_TEXT];
	char time[ES_TIME_TEXT];
	unsigned path_count;
	char paths[ES_PATHS_MAX][ES_PATH_TEXT]; /* covered, absolute, no dots, no trailing slash: "/etc" */
	bool has_tree;         /* old archives don't, nor one whose tree kept changing while it was packed */
	struct es_digest tree; /* keys/archive/hash.h */
};

struct es_pack_report {
	uint64_t entries, bytes;
	uint64_t skipped; /* sockets, devices, fifos, files over ES_FILE_MAX: left out, the first few named */
	char skipped_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	uint64_t
	    stripped; /* kept, but without setuid, setgid (of a file), capabilities, a file flag or an xattr tar can't carry */
	char stripped_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	uint64_t linked; /* names of files that have several: kept as a file each */
	char linked_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	char refused[ES_PATH_TEXT]; /* on failure: the file it stopped at, printable ASCII only; "" if none */
	bool too_deep;              /* with ES_TOO_LARGE: only that one's path is, and not what there is of files */
	char heavy[ES_PATH_TEXT]; /* with ES_TOO_LARGE: the folder that holds most of the files or bytes; "" if none */
	uint64_t heavy_files, heavy_bytes;
	struct es_digest tree; /* the hash of what was packed; on success only */
};

/* Packs every covered path beneath treefd (…/tree, whose etc/ is the overlay's upper folder). A path that isn't there
 * is left out; ES_COVERED_KIND: one that isn't a folder or a file; ES_CONTENT_ELSEWHERE: a file whose content overlayfs keeps in a lower layer. ES_TOO_LARGE:
 * over the caps, or the packed archive would be over ES_ARCHIVE_MAX. ES_ARGUMENT: a manifest that wouldn't be read back,
 * as with a path within another. *ret_report is written also on failure. The caller owns *ret, and wipes it: it is the
 * configuration in plain. The same tree and manifest give the same bytes.
 * Where the manifest has no hash of the tree it is found out first; a tree that changes meanwhile is packed again, some
 * times, and then without it. */
ES_MUST_CHECK enum es_reason es_archive_pack(int treefd, const struct es_manifest *manifest, struct es_buf *ret,
					     struct es_pack_report *ret_report);
/* The report that es_archive_pack would give, its hash among it, at a fraction of the cost. Of manifest only the paths
 * matter. */
ES_MUST_CHECK enum es_reason es_archive_hash(int treefd, const struct es_manifest *manifest,
					     struct es_pack_report *ret_report);

/* A buffer whose scope's end wipes it. */
void es_plain_buf_free(struct es_buf *b);
#define ES_PLAIN_BUF ES_SCOPED(es_plain_buf_free) struct es_buf

/* Reads the manifest only. */
ES_MUST_CHECK enum es_reason es_archive_manifest(struct es_span tar, struct es_manifest *ret);

struct es_unpack_report {
	uint64_t entries, bytes;
	uint64_t lost;              /* xattrs that this file system can't hold */
	char refused[ES_PATH_TEXT]; /* on failure: the member it stopped at, printable ASCII only; "" if none */
};

/* Unpacks beneath treefd, which must be empty (else ES_ARGUMENT); every name is resolved by
 * openat2(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS). Everything outside the manifest's covered paths, a member twice or before
 * its folder, any device but a whiteout, hard link, fifo, setuid bit or capability, setgid bit but on a folder: ES_UNSAFE, and
 * nothing more is written. ES_TOO_LARGE: over the caps; ES_FORMAT: no such tar, cut off, or something behind its end. What
 * was written before a failure stays: the caller throws the tree away. *ret_report is written also on failure. */
ES_MUST_CHECK enum es_reason es_archive_unpack(struct es_span tar, int treefd, struct es_manifest *ret_manifest,
					       struct es_unpack_report *ret_report);

#endif
