/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux: Documentation/ABI/stable/sysfs-class-tpm, tpm_version_major: a TPM 1.2 has no /dev/tpmrm0, and would otherwise
 * look like no TPM. drivers/char/tpm/tpm-dev-common.c: a blocking write of a whole command returns when the TPM is
 * done, and the first read returns its whole answer.
 */
#include "keys/tpm/device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char version_major(const char *sysfs)
{
	char path[PATH_MAX], major = 0;
	int fd, n = snprintf(path, sizeof path, "%s/tpm_version_major", sysfs);

	if (n < 0 || (size_t)n >= sizeof path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, &major, 1) != 1)
		major = 0;
	close(fd);
	return major;
}

enum es_reason es_tpm_device_check(const char *sysfs, const char *device)
{
	char version = version_major(sysfs);
	struct stat st;

	if (version == '1')
		return ES_TPM_VERSION;
	/* A TPM that the kernel knows but that can't be reached isn't an absent one: it needs a fence, and can't have
	 * it. */
	if (stat(device, &st) < 0 || !S_ISCHR(st.st_mode))
		return version == '2' ? ES_TPM_NO_MANAGER : ES_TPM_ABSENT;
	if (access(device, R_OK | W_OK) < 0)
		return errno == EACCES || errno == EPERM ? ES_TPM_DENIED : ES_TPM_HARDWARE;
	return ES_OK;
}

TSS2_RC es_device_open(const char *path, int *ret_fd)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 && errno == EBUSY)
		return ES_DEVICE_IN_USE;
	if (fd < 0)
		return errno == EACCES || errno == EPERM ? TSS2_TCTI_RC_NOT_PERMITTED : TSS2_TCTI_RC_IO_ERROR;
	*ret_fd = fd;
	return TSS2_RC_SUCCESS;
}

TSS2_RC es_device_exchange(int fd, struct es_span command, uint8_t *response, size_t cap, size_t *ret_len)
{
	ssize_t n;

	do {
		n = write(fd, command.data, command.len);
	} while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n != command.len)
		return TSS2_TCTI_RC_IO_ERROR;
	do {
		n = read(fd, response, cap);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return TSS2_TCTI_RC_IO_ERROR;
	*ret_len = (size_t)n;
	return TSS2_RC_SUCCESS;
}
