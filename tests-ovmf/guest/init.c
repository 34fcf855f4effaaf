/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of the test images' initramfs: what a distribution's initramfs does around etcseal-boot, and no more. Loads the
 * modules that /modules/list names, runs `etcseal-boot unlock`, mounts the root read-only, runs `etcseal-boot
 * apply`, and hands over to /sbin/guest. There is no shell here: whatever fails is said, and the machine powers off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_OPENED = 0, EXIT_UNCONFIGURED = 3 };

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	/* The serial line may still hold the last words. */
	fsync(1);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void __attribute__((noreturn)) fail(const char *what)
{
	printf("@@ init-failed=%s: %s\n", what, strerror(errno));
	power_off();
}

static void put(const char *source, const char *target, const char *type, unsigned long flags)
{
	mkdir(target, 0755);
	if (mount(source, target, type, flags, NULL) != 0 && errno != EBUSY)
		fail(target);
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path);
	if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST)
		fail(path);
	close(fd);
}

static void load_modules(void)
{
	FILE *list = fopen("/modules/list", "re");
	if (!list)
		fail("/modules/list");
	char name[128], path[160];
	while (fgets(name, sizeof name, list)) {
		name[strcspn(name, "\n")] = '\0';
		snprintf(path, sizeof path, "/modules/%s", name);
		load_module(path);
	}
	fclose(list);
}

/* Returns the exit code; a program that a signal ended counts as 128 + signal. */
static int run(const char *verb, const char *argument)
{
	pid_t child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0) {
		execl("/usr/bin/etcseal-boot", "etcseal-boot", verb, argument, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What lies in the initramfs is freed, as switch_root(8) does; stays on its own file system. */
static void empty(int dirfd, dev_t device)
{
	DIR *dir = fdopendir(dirfd);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		struct stat st;
		if (fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_dev != device)
			continue;
		if (S_ISDIR(st.st_mode)) {
			int fd = openat(dirfd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (fd >= 0)
				empty(fd, device);
		}
		unlinkat(dirfd, entry->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
	closedir(dir);
}

static void __attribute__((noreturn)) switch_root(void)
{
	static const char *const moved[] = { "/run", "/dev", "/proc", "/sys" };
	for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
		char target[32];
		snprintf(target, sizeof target, "/sysroot%s", moved[i]);
		if (mount(moved[i], target, NULL, MS_MOVE, NULL) != 0)
			fail(target);
	}
	struct stat st;
	int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (old < 0 || fstat(old, &st) != 0)
		fail("/");
	empty(old, st.st_dev);
	if (chdir("/sysroot") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0 || chdir("/") != 0)
		fail("switch_root");
	execl("/sbin/guest", "guest", (char *)NULL);
	fail("/sbin/guest");
}

int main(void)
{
	put("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	put("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	put("dev", "/dev", "devtmpfs", MS_NOSUID);
	put("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV);
	put("securityfs", "/sys/kernel/security", "securityfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	load_modules();

	if (access("/usr/bin/etcseal-boot", X_OK) == 0) {
		int code = run("unlock", NULL);
		printf("@@ unlock-exit=%d\n", code);
		if (code != EXIT_OPENED && code != EXIT_UNCONFIGURED)
			power_off();
	}
	put("/dev/vda2", "/sysroot", "ext4", MS_RDONLY);
	if (access("/usr/bin/etcseal-boot", X_OK) == 0) {
		int code = run("apply", "/sysroot");
		printf("@@ apply-exit=%d\n", code);
		if (code != 0)
			power_off();
	}
	switch_root();
}
