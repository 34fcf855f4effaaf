/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A "user" key in the user keyring of uid 0: keyrings(7), user-keyring(7). It outlives the boot helper, and every
 * session finds it. A service may have a session keyring of its own (systemd's KeyringMode=private), and then doesn't
 * possess the keys in the user keyring; so the rights that matter are those of the key's user.
 *
 * It does not protect from root on the running host, nor from uid 0 of a container that shares the host's user
 * namespace and may call keyctl.
 */
#include "keys/protector/keyring.h"

#include "keys/protector/keyring_named.h"

#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <string.h>

/* Any process with uid 0 may see, read and find the key; the search right also lets it drop the key. Group and others
 * have no rights. */
static const key_perm_t rights = KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH;

static enum es_reason reason_from_errno(int error)
{
	switch (error) {
	case ENOKEY:
	case EKEYREVOKED:
	case EKEYEXPIRED:
		return ES_NOT_UNLOCKED;
	case EACCES:
	case EPERM:
		return ES_PERMISSION;
	case ENOMEM:
	case EDQUOT:
		return ES_MEMORY;
	default:
		return ES_IO;
	}
}

static enum es_reason find(const char *description, key_serial_t *ret)
{
	long key = keyctl_search(KEY_SPEC_USER_KEYRING, "user", description, 0);

	if (key < 0)
		return reason_from_errno(errno);
	*ret = (key_serial_t)key;
	return ES_OK;
}

/* Adds the key to the thread's own keyring first: there it is possessed in any session, so its rights can be narrowed
 * before anyone else finds it. The link then replaces a key of the same name in one step. */
enum es_reason es_keyring_put_named(const char *description, const struct es_secret *key)
{
	enum es_reason r = ES_OK;
	key_serial_t id;

	if (es_secret_len(key) != ES_KEY_LEN)
		return ES_ARGUMENT;
	id = add_key("user", description, es_secret_bytes(key), es_secret_len(key), KEY_SPEC_THREAD_KEYRING);
	if (id < 0)
		return reason_from_errno(errno);
	if (keyctl_setperm(id, rights) < 0 || keyctl_link(id, KEY_SPEC_USER_KEYRING) < 0)
		r = reason_from_errno(errno);
	/* If this failed, the key would stay in this thread's keyring, too, until the thread ends. */
	if (keyctl_unlink(id, KEY_SPEC_THREAD_KEYRING) < 0 && r == ES_OK)
		r = reason_from_errno(errno);
	return r;
}

enum es_reason es_keyring_get_named(const char *description, struct es_secret **ret_key)
{
	ES_SECRET key = NULL;
	key_serial_t id;
	enum es_reason r = find(description, &id);
	long len;

	if (r == ES_OK)
		r = es_secret_new(ES_KEY_LEN, &key);
	if (r != ES_OK)
		return r;
	/* keyctl_read returns the payload's length, even if the buffer is shorter. */
	len = keyctl_read(id, (char *)es_secret_data(key), ES_KEY_LEN);
	if (len < 0)
		return reason_from_errno(errno);
	if (len != ES_KEY_LEN)
		return ES_KEYRING_FOREIGN;
	*ret_key = es_take(key);
	return ES_OK;
}

/* Invalidates the key instead of unlinking it: it is gone at once, even if something else linked it. */
enum es_reason es_keyring_drop_named(const char *description)
{
	key_serial_t id;
	enum es_reason r = find(description, &id);

	if (r == ES_OK && keyctl_invalidate(id) < 0)
		r = reason_from_errno(errno);
	return r;
}

enum es_reason es_keyring_next_name(const char *description, char ret[static ES_KEYRING_NAME_MAX])
{
	int n = snprintf(ret, ES_KEYRING_NAME_MAX, "%s:next", description);

	return n > 0 && n < ES_KEYRING_NAME_MAX ? ES_OK : ES_ARGUMENT;
}

enum es_reason es_keyring_put(const struct es_secret *config_key)
{
	return es_keyring_put_named(ES_KEYRING_NAME, config_key);
}
