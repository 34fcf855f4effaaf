/* SPDX-License-Identifier: Apache-2.0 */
/* `make install`: which files it puts where, and that they know of each other; systemd's opinion of the unit. */
#include "keys/tests/lib/oracle.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static const char usual[] = "755 etc/initramfs/post-update.d/etcseal-files\n"
			    "644 usr/lib/dracut/dracut.conf.d/05-etcseal-tmpdir.conf\n"
			    "755 usr/lib/dracut/modules.d/99etcseal-files/module-setup.sh\n"
			    "644 usr/lib/etcseal/etcseal-stub-x64.efi\n"
			    "644 usr/lib/etcseal/initrd-units/dracut-emergency.service\n"
			    "644 usr/lib/etcseal/initrd-units/emergency.service\n"
			    "644 usr/lib/etcseal/initrd-units/etcseal-apply.service\n"
			    "644 usr/lib/etcseal/initrd-units/etcseal-unlock.service\n"
			    "644 usr/lib/etcseal/initrd-units/initrd-switch-root.service.d/etcseal.conf\n"
			    "644 usr/lib/etcseal/initrd-units/rescue.service\n"
			    "755 usr/lib/etcseal/look-files\n"
			    "755 usr/lib/etcseal/ram-tmpdir\n"
			    "755 usr/lib/nagios/plugins/check_etcseal\n"
			    "644 usr/lib/systemd/system/etcseal-monitor.service\n"
			    "644 usr/lib/systemd/system/etcseal-monitor.timer\n"
			    "644 usr/lib/systemd/system/etcseal-watch.service\n"
			    "755 usr/sbin/etcseal\n"
			    "755 usr/sbin/etcseal-boot\n"
			    "644 usr/share/bash-completion/completions/etcseal\n"
			    "644 usr/share/doc/etcseal/FORMAT.md\n"
			    "644 usr/share/doc/etcseal/LICENSE\n"
			    "644 usr/share/doc/etcseal/README.md\n"
			    "644 usr/share/doc/etcseal/SECURITY.md\n"
			    "644 usr/share/fish/vendor_completions.d/etcseal.fish\n"
			    "644 usr/share/initramfs-tools/conf-hooks.d/etcseal-tmpdir\n"
			    "755 usr/share/initramfs-tools/hooks/etcseal\n"
			    "755 usr/share/initramfs-tools/hooks/etcseal-files\n"
			    "644 usr/share/initramfs-tools/scripts/etcseal\n"
			    "755 usr/share/initramfs-tools/scripts/init-bottom/etcseal\n"
			    "755 usr/share/initramfs-tools/scripts/init-premount/etcseal\n"
			    "644 usr/share/man/man7/etcseal-reasons.7\n"
			    "644 usr/share/man/man8/etcseal-boot.8\n"
			    "644 usr/share/man/man8/etcseal.8\n"
			    "644 usr/share/zsh/vendor-completions/_etcseal\n";

/* Tests are run from the top of the sources. What is built stays as it is. */
static int install(void **state, const char *more)
{
	char cwd[PATH_MAX], self[PATH_MAX];

	if (oracle_folder_make(state) != 0 || getcwd(cwd, sizeof cwd) == NULL)
		return -1;
	oracle_build_folder(self);
	return oracle_shell(state,
			    "umask 077 && MAKEFLAGS= make -s -C '%s' BUILD='%s' install-files DESTDIR=\"$PWD/dest\" %s",
			    cwd, self, more);
}

static int setup(void **state)
{
	return install(state, "PREFIX=/usr");
}

static int setup_elsewhere(void **state)
{
	return install(state, "PREFIX=/opt/es");
}

static void every_file_lands_where_debian_has_it(void **state)
{
	oracle_write(state, "usual", (struct es_span){ (const uint8_t *)usual, sizeof usual - 1 });
	shell_ok("(cd dest && find . -type f -printf '%%m %%P\\n' | LC_ALL=C sort -k2) >is && diff usual is >&2");
	/* Also where root's umask is tight: a folder that nobody may enter hides man pages and completion. */
	shell_ok("test -z \"$(find dest/* -type d ! -perm 755)\"");
}

static void another_prefix_is_told_to_all_that_name_a_place(void **state)
{
	/* dracut looks for modules in one place only; conf-hooks.d is for packages. */
	shell_ok("sed 's|usr/share/initramfs-tools|etc/initramfs-tools|; s|conf-hooks.d|conf.d|; "
		 "s|vendor-completions|site-functions|; / usr.lib.dracut/! s| usr/| opt/es/|' >want <<'END'\n%sEND",
		 usual);
	shell_ok("(cd dest && find . -type f -printf '%%m %%P\\n') | LC_ALL=C sort -k2 >is && LC_ALL=C sort -k2 want | "
		 "diff - is >&2");
	shell_ok(
	    "grep -qx 'ExecStart=/opt/es/sbin/etcseal watch' dest/opt/es/lib/systemd/system/etcseal-watch.service");
	shell_ok("grep -q '^helper=.*/opt/es/sbin/etcseal-boot' dest/etc/initramfs-tools/hooks/etcseal");
	shell_ok("grep -q '^etcseal=.*:-/opt/es/sbin/etcseal}' dest/opt/es/lib/etcseal/look-files");
	shell_ok(
	    "cd dest && for f in etc/initramfs-tools/hooks/etcseal-files etc/initramfs/post-update.d/etcseal-files "
	    "usr/lib/dracut/modules.d/99etcseal-files/module-setup.sh; do grep -q ':-/opt/es/lib/etcseal/look-files}' "
	    "$f || "
	    "exit 1; done");
	shell_ok("cd dest && for f in etc/initramfs-tools/conf.d/etcseal-tmpdir usr/lib/dracut/dracut.conf.d/*; do "
		 "grep -q '(/opt/es/lib/etcseal/ram-tmpdir ' $f || exit 1; done");
	shell_ok("grep -q '/opt/es/lib/etcseal/etcseal-stub-x64.efi' dest/opt/es/share/man/man8/etcseal.8");
}

static void what_is_installed_works(void **state)
{
	shell_ok("dest/usr/sbin/etcseal --version | grep -q ^etcseal && dest/usr/sbin/etcseal-boot --version >&2");
	shell_ok("bash -n dest/usr/share/bash-completion/completions/etcseal");
	shell_ok("for f in $(find dest/usr/share/initramfs-tools -name etcseal); "
		 "do sh -n $f || exit 1; done");
	shell_ok("objdump -f dest/usr/lib/etcseal/etcseal-stub-x64.efi | grep -q pei-x86-64");
}

static void systemd_finds_no_fault_with_the_unit(void **state)
{
	/* Which the units depend on. */
	shell_ok("cp -n /usr/lib/systemd/system/*.target dest/usr/lib/systemd/system/");
	shell_ok("systemd-analyze verify --man=no --root=\"$PWD/dest\" etcseal-watch.service etcseal-monitor.timer "
		 "etcseal-monitor.service >said 2>&1; test $? -eq 0 && ! grep . said >&2");
	/* Exposure, of 100: a protection that is taken out again shows. */
	shell_ok("for u in watch monitor; do systemd-analyze security --offline=yes --threshold=35 "
		 "--root=\"$PWD/dest\" etcseal-$u.service >&2 || exit 1; done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f, how) cmocka_unit_test_setup_teardown(f, how, oracle_folder_remove)
		TEST(every_file_lands_where_debian_has_it, setup),
		TEST(another_prefix_is_told_to_all_that_name_a_place, setup_elsewhere),
		TEST(what_is_installed_works, setup),
		TEST(systemd_finds_no_fault_with_the_unit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
