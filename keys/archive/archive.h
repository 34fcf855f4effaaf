/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plaintext of config.cms: a tar (pax, one zstd frame). Its first member is manifest.json; then come the changed
 * files below tree/, which stands for the root of the host: "tree/etc/hostname", sorted by name. Files, folders,
 * symlinks, overlay whiteouts (character device 0:0) and opaque folders (xattr trusted.overlay.opaque) are kept, with
 * owner, mode, mtime, xattrs, ACLs (as the kernel's xattrs) and file flags (flags.h). A file with several names is kept
 * as several files, which the report names.
 *
 * The tree is read while others may write to it: each file is as it was while it was read; the tree isn't a snapshot.
 */
#ifndef ES_ARCHIVE_H
#define ES_ARCHIVE_H

#include "keys/core/buf.h"
#include "keys/store/covered.h"
#include "keys/store/info.h"

enum {
	ES_ENTRIES_MAX = 200000, /* members of an archive */
	ES_SKIPPED_NAMED = 8,    /* how many left-out files are named */
	ES_ARCHIVE_ADOPTED_MAX = 64 << 20,
};

struct es_manifest {
	uint64_t generation;
	char host[ES_UUID_TEXT];
	char time[ES_TIME_TEXT];
	unsigned path_count;
	char paths[ES_PATHS_MAX][ES_PATH_TEXT]; /* covered; absolute, no dots, no trailing slash: "/etc" */
	bool has_tree;         /* not in old archives, nor if the tree kept changing while it was packed */
	struct es_digest tree; /* keys/archive/hash.h */
	/* For packing: the list of adopted files as text (keys/adopt/list.h), a member of its own after manifest.json;
	 * empty: none. The caller's. */
	struct es_span adopted;
};

struct es_pack_report {
	uint64_t entries, bytes;
	uint64_t skipped; /* sockets, devices, fifos, files over ES_FILE_MAX: left out, the first few named */
	char skipped_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	uint64_t
	    /* kept, but without setuid, setgid (of a file), capabilities, a file flag or an xattr that tar can't
	     * hold */
	    stripped;
	char stripped_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	uint64_t linked; /* names of files that have several: each is kept as a file of its own */
	char linked_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
	char refused[ES_PATH_TEXT]; /* on failure: the file at which it stopped, printable ASCII only; "" if none */
	/* with ES_TOO_LARGE: only the path of `refused` is too deep; the files aren't too many or too large */
	bool too_deep;
	char heavy[ES_PATH_TEXT]; /* with ES_TOO_LARGE: the folder that holds most of the files or bytes; "" if none */
	uint64_t heavy_files, heavy_bytes;
	struct es_digest tree; /* hash of what was packed; on success only */
};

/* Packs every covered path below treefd (…/tree, whose etc/ is the overlay's upper folder). A path that doesn't exist
 * is left out; ES_COVERED_KIND: one that isn't a folder or a file; ES_CONTENT_ELSEWHERE: a file whose content overlayfs
 * keeps in a lower layer. ES_TOO_LARGE: over the caps, or the packed archive would be over ES_ARCHIVE_MAX. ES_ARGUMENT:
 * a manifest that couldn't be read back, such as with one path inside another. *ret_report is written also on failure.
 * The caller owns *ret, and wipes it: it is the configuration in plaintext. The same tree and manifest give the same
 * bytes. If the manifest has no hash of the tree, the hash is computed first; a tree that changes meanwhile is packed
 * again, a few times, and then without a hash. */
ES_MUST_CHECK enum es_reason es_archive_pack(int treefd, const struct es_manifest *manifest, struct es_buf *ret,
					     struct es_pack_report *ret_report);
/* The report that es_archive_pack would give, including the hash, at a fraction of the cost. Only the manifest's paths
 * are used. */
ES_MUST_CHECK enum es_reason es_archive_hash(int treefd, const struct es_manifest *manifest,
					     struct es_pack_report *ret_report);

/* A buffer that is wiped at the end of its scope. */
void es_plain_buf_free(struct es_buf *b);
#define ES_PLAIN_BUF ES_SCOPED(es_plain_buf_free) struct es_buf

/* Reads only the manifest; `adopted` in it stays empty. */
ES_MUST_CHECK enum es_reason es_archive_manifest(struct es_span tar, struct es_manifest *ret);
/* Reads only the list of adopted files; empty if the archive has none. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_archive_adopted(struct es_span tar, struct es_buf *ret);

struct es_unpack_report {
	uint64_t entries, bytes;
	uint64_t lost;              /* xattrs that this file system can't hold */
	char refused[ES_PATH_TEXT]; /* on failure: the member at which it stopped, printable ASCII only; "" if none */
};

/* Unpacks below treefd, which must be empty (otherwise ES_ARGUMENT); every name is resolved by
 * openat2(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS). ES_UNSAFE, and nothing more is written: anything outside the manifest's
 * covered paths, a member that comes twice or before its folder, a device other than a whiteout, a hard link, a fifo, a
 * setuid bit or capability, a setgid bit except on a folder. ES_TOO_LARGE: over the caps; ES_FORMAT: not such a tar,
 * truncated, or followed by something. What was written before a failure remains: the caller discards the tree.
 * *ret_report is written also on failure. */
ES_MUST_CHECK enum es_reason es_archive_unpack(struct es_span tar, int treefd, struct es_manifest *ret_manifest,
					       struct es_unpack_report *ret_report);

#endif
