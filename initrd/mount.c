/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/mount.h"

#include "initrd/fd.h"
#include "keys/store/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/mount.h>

enum es_reason es_mount_fail(struct es_mount_notes *notes, const char *what)
{
	int error = errno;

	snprintf(notes->why, sizeof notes->why, "%s: %s", what, strerror(error));
	return error == ENOTDIR || error == ELOOP ? ES_COVERED_KIND : es_reason_from_errno(error);
}

void es_fd_path(int fd, char ret_path[static ES_FD_PATH])
{
	snprintf(ret_path, ES_FD_PATH, "/proc/self/fd/%d", fd);
}

/* fsopen's descriptor returns the kernel's own message, "e overlay: …", if the file system writes one. */
static enum es_reason refused(int context, struct es_mount_notes *notes)
{
	int error = errno;
	char text[ES_MOUNT_WHY + 2];
	ssize_t n = context >= 0 ? read(context, text, sizeof text - 1) : -1;

	notes->error = error;
	if (n > 2) {
		text[n] = '\0';
		text[strcspn(text, "\n")] = '\0';
		snprintf(notes->why, sizeof notes->why, "%s", text + 2);
	} else {
		snprintf(notes->why, sizeof notes->why, "%s", strerror(error));
	}
	return es_reason_from_errno(error);
}

enum es_reason es_mount_new(const struct es_mount_request *request, int *ret_fd, struct es_mount_notes *notes)
{
	ES_FD context = fsopen(request->type, FSOPEN_CLOEXEC);
	int fd;

	*notes = (struct es_mount_notes){ 0 };
	if (context < 0)
		return refused(-1, notes);
	for (size_t i = 0; i < request->option_count; i++) {
		const struct es_mount_option *o = &request->options[i];
		unsigned how = o->value != NULL ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

		if (fsconfig(context, how, o->name, o->value, 0) == 0)
			continue;
		if (!o->optional || errno != EINVAL)
			return refused(context, notes);
		notes->left_out = o->name;
		/* Drops the kernel's message about it, which would otherwise be taken for the cause of a later
		 * failure. */
		char drop[ES_MOUNT_WHY];
		while (read(context, drop, sizeof drop) > 0)
			;
	}
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return refused(context, notes);
	fd = fsmount(context, FSMOUNT_CLOEXEC, request->attributes);
	if (fd < 0)
		return refused(context, notes);
	*ret_fd = fd;
	return ES_OK;
}

enum es_reason es_mount_attach(int mount_fd, int target_fd)
{
	if (move_mount(mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return es_reason_from_errno(errno);
	return ES_OK;
}

void es_mount_remove(int mount_fd)
{
	char path[ES_FD_PATH];

	es_fd_path(mount_fd, path);
	(void)umount2(path, MNT_DETACH);
}
