/* SPDX-License-Identifier: Apache-2.0 */
/* What `image build` and `image sign-policy` share of a vendor's key. */
#ifndef ES_TOOLS_IMAGE_POLICY_H
#define ES_TOOLS_IMAGE_POLICY_H

#include "keys/image/policy.h"
#include "tools/image.h"

/* A private key in a file of its own: never an argument, never standard input. Warns if others could read it. */
enum es_exit es_policy_key_read(const struct es_args *args, const char *path, struct es_secret **ret);

/* --generation; 0 if it isn't given. */
enum es_exit es_policy_generation(const struct es_args *args, uint64_t *ret);

/* Signs image, which was read from or is to become path, and puts the signature in. *ret may be NULL: without the
 * image. */
struct es_policy_request {
	struct es_span image;
	const char *path, *key_path;
	const struct es_secret *key;
	uint64_t generation;
};
enum es_exit es_policy_sign(const struct es_args *args, const struct es_policy_request *request,
			    struct es_image_policy *ret_policy, struct es_buf *ret_image);

#endif
