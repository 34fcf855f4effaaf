/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append VARIABLE FILE: appends a signed list to a Secure Boot variable, as its key's holder may. The kernel keeps
 * these files from careless hands (immutable), and wants attributes and content in one write.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Non-volatile, boot and runtime access, time-based authentication, append. UEFI specification, "SetVariable". */
static const unsigned char attributes[4] = { 0x67, 0, 0, 0 };

int main(int argc, char **argv)
{
	static unsigned char bytes[1 << 16];
	int file = argc == 3 ? open(argv[2], O_RDONLY) : -1, variable, flags = 0;
	ssize_t n;

	memcpy(bytes, attributes, sizeof attributes);
	n = file >= 0 ? read(file, bytes + sizeof attributes, sizeof bytes - sizeof attributes) : -1;
	if (n <= 0) {
		fprintf(stderr, "usage: append VARIABLE FILE\n");
		return 2;
	}
	variable = open(argv[1], O_RDONLY);
	if (variable >= 0) {
		if (ioctl(variable, FS_IOC_SETFLAGS, &flags) < 0)
			perror("FS_IOC_SETFLAGS");
		close(variable);
	}
	variable = open(argv[1], O_WRONLY | O_CREAT, 0600);
	if (variable < 0 || write(variable, bytes, (size_t)n + sizeof attributes) < 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
