/* SPDX-License-Identifier: Apache-2.0 */
/* The vendor's key, for `image build` and `image sign-policy`. */
#ifndef ES_TOOLS_IMAGE_POLICY_H
#define ES_TOOLS_IMAGE_POLICY_H

#include "keys/image/policy.h"
#include "tools/image.h"

/* Reads a private key from a file: never from an argument or standard input. Warns if others can read the file. */
enum es_exit es_policy_key_read(const struct es_args *args, const char *path, struct es_secret **ret);

/* The value of --generation; 0 if it isn't given. */
enum es_exit es_policy_generation(const struct es_args *args, uint64_t *ret);

/* Signs the policy of image (path: its file, for messages), and adds the signature to it. ret_image may be NULL: then
 * only *ret_policy is written. */
struct es_policy_request {
	struct es_span image;
	const char *path, *key_path;
	const struct es_secret *key;
	uint64_t generation;
};
enum es_exit es_policy_sign(const struct es_args *args, const struct es_policy_request *request,
			    struct es_image_policy *ret_policy, struct es_buf *ret_image);

#endif
