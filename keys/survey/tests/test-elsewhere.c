/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/survey/elsewhere.h"

#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static const char etc[][ES_PATH_TEXT] = { "/etc" };

struct seen {
	char text[4096]; /* "id where count" and so on, a line each */
};

static enum es_reason see(void *context, const struct es_elsewhere *e)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	assert_true(e->holds[0] != '\0' && e->remedy[0] != '\0');
	snprintf(seen->text + used, sizeof seen->text - used, "%s %s %s %llu%s\n", e->id, es_elsewhere_names[e->state],
		 e->where, (unsigned long long)e->count, e->preset ? " preset" : "");
	return ES_OK;
}

static void look(void **state, unsigned path_count, const char (*paths)[ES_PATH_TEXT], const char *expect)
{
	struct es_elsewhere_request request = { open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path_count, paths };
	struct seen seen = { "" };

	assert_true(request.root >= 0);
	assert_int_equal(es_elsewhere_look(&request, see, &seen), ES_OK);
	assert_string_equal(seen.text, expect);
	close(request.root);
}

static void a_host_with_nothing_names_nothing(void **state)
{
	look(state, 1, etc, "");
}

/* As debootstrap leaves them. */
static void what_is_empty_or_not_secret_is_not_named(void **state)
{
	shell_ok(
	    "mkdir -p var/backups var/cache/debconf var/lib/ucf/cache var/spool/cron/crontabs var/lib/snmp proc && "
	    "printf 'Description: a\\n token: hunter2\\n' | tee var/cache/debconf/templates.dat "
	    ">var/backups/dpkg.status.0 && : >var/cache/debconf/passwords.dat && "
	    "printf 'Name: a/b\\nTemplate: a/b\\nOwners: a\\n' >var/cache/debconf/config.dat && "
	    "echo 'engineBoots 1' >var/lib/snmp/snmpd.conf && "
	    "printf 'Filename\\t\\tType\\n' >proc/swaps && echo 'option = yes' >var/lib/ucf/cache/:etc:app");
	look(state, 1, etc, "");
}

static void backups_and_answers_are_judged_by_their_content(void **state)
{
	shell_ok("mkdir -p var/backups/slapd-2.5 var/cache/debconf && "
		 "echo 'root:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o:19000::::::' >var/backups/shadow.bak && "
		 "echo 'userPassword: {SSHA}abcdefghijklmnopqrstuvwxyz' >var/backups/slapd-2.5/x.ldif && "
		 "printf 'Name: a/b\\nTemplate: a/b\\nValue: hunter2\\n' >var/cache/debconf/passwords.dat");
	look(state, 1, etc,
	     "backups holds /var/backups/shadow.bak 2 preset\n"
	     "debconf holds /var/cache/debconf/passwords.dat 1 preset\n");
}

static void what_is_covered_is_not_named(void **state)
{
	const char paths[][ES_PATH_TEXT] = { "/etc", "/var/lib", "/var/spool/cron" };

	shell_ok("mkdir -p var/spool/cron/crontabs var/lib/samba/private var/lib/iwd && : >var/lib/samba/private/x && "
		 "printf x >var/lib/samba/private/secrets.tdb && "
		 "echo '0 4 * * * sync --password=hunter2' >var/spool/cron/crontabs/root && "
		 "printf '[Security]\\nPassphrase=correct horse\\n' >var/lib/iwd/home.psk");
	look(state, 1, etc,
	     "cron holds /var/spool/cron/crontabs/root 1 preset\n"
	     "samba holds /var/lib/samba/private/secrets.tdb 1 preset\niwd holds /var/lib/iwd/home.psk 1 preset\n");
	look(state, 3, paths, "");
}

static void other_services_secrets_are_found(void **state)
{
	shell_ok(
	    "mkdir -p var/lib/snmp var/lib/iscsi/nodes/x var/lib/bluetooth/A/B var/lib/cloud/seed/nocloud var/lib/dkms "
	    "usr/local/etc && echo 'createUser me SHA hunter2hunter2 AES' >var/lib/snmp/snmpd.conf && "
	    "echo 'node.session.auth.password = hunter2' >var/lib/iscsi/nodes/x/default && "
	    "printf '[LinkKey]\\nKey=00112233445566778899AABBCCDDEEFF\\n' >var/lib/bluetooth/A/B/info && "
	    "printf '#cloud-config\\npassword: hunter2\\n' >var/lib/cloud/seed/nocloud/user-data && "
	    "printf -- '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----\\n' "
	    ">var/lib/dkms/mok.key && echo 'password=hunter2' >usr/local/etc/app.conf");
	look(state, 1, etc,
	     "snmp holds /var/lib/snmp/snmpd.conf 1 preset\niscsi holds /var/lib/iscsi/nodes/x/default 1 preset\n"
	     "cloud-init holds /var/lib/cloud/seed/nocloud/user-data 1 preset\n"
	     "module-key holds /var/lib/dkms/mok.key 1 preset\nlocal holds /usr/local/etc/app.conf 1 preset\n"
	     "bluetooth holds /var/lib/bluetooth/A/B/info 1\n");
}

static void old_versions_of_conffiles_outside_are_found(void **state)
{
	shell_ok(
	    "mkdir -p var/lib/dpkg var/lib/app etc && printf 'password=hunter2\\n' >var/lib/app/site.conf.dpkg-old && "
	    "printf 'password=shipped\\n' >var/lib/app/site.conf && echo 'password=x1' >etc/app.conf.dpkg-old && "
	    "printf 'Package: app\\nConffiles:\\n /etc/app.conf 0\\n /var/lib/app/site.conf %%s\\nDescription: x\\n"
	    " /var/lib/app/no 0\\n' $(md5sum <var/lib/app/site.conf | cut -d' ' -f1) >var/lib/dpkg/status");
	look(state, 1, etc, "conffiles holds /var/lib/app/site.conf.dpkg-old 1\n");
	shell_ok("echo 'password=mine' >>var/lib/app/site.conf");
	look(state, 1, etc, "conffiles holds /var/lib/app/site.conf 2\n");
}

static void logs_with_differences_and_dumps_are_found(void **state)
{
	shell_ok("mkdir -p var/log/apt var/crash/202611291200 var/lib/systemd/coredump var/tmp/mkinitramfs_x "
		 "var/lib/kdump && "
		 "printf 'Setting up app\\n--- /etc/app.conf\\t2026\\n+++ /etc/app.conf.dpkg-new\\n' "
		 ">var/log/apt/term.log && "
		 ": >var/crash/kexec_cmd && : >var/lib/systemd/coredump/core.x && : >var/lib/kdump/initrd.img-6.1 && "
		 "ln -s initrd.img-6.1 var/lib/kdump/initrd.img && printf x >var/lib/systemd/credential.secret");
	look(state, 1, etc,
	     "credential-secret holds /var/lib/systemd/credential.secret 1\n"
	     "kdump-initrd holds /var/lib/kdump/initrd.img-6.1 1\nmkinitramfs holds /var/tmp/mkinitramfs_x 1\n"
	     "apt-log holds /var/log/apt/term.log 1\ncoredump holds /var/lib/systemd/coredump/core.x 1\n"
	     "crash holds /var/crash/202611291200 1\n");
	shell_ok("rm -r var/crash/2026* var/lib/systemd/* var/tmp/* var/lib/kdump/initrd.img-6.1 && echo x "
		 ">var/log/apt/term.log");
	look(state, 1, etc, "");
}

static void a_swap_counts_unless_it_is_encrypted(void **state)
{
	shell_ok("mkdir -p proc/self dev sys/dev/block/7:1/slaves sys/dev/block/7:2/dm sys/dev/block/7:3/slaves && "
		 "mknod dev/plain b 7 1 && mknod dev/crypt b 7 2 && mknod dev/lvm b 7 3 && "
		 "ln -s ../../7:2 sys/dev/block/7:3/slaves/dm-1 && echo CRYPT-PLAIN-x >sys/dev/block/7:2/dm/uuid && "
		 "printf 'Filename\\tType\\n/dev/zram0 partition\\n/dev/crypt partition\\n/dev/lvm partition\\n' "
		 ">proc/swaps && "
		 "echo 'tmpfs /run/etcseal/ram tmpfs rw,noswap 0 0' >proc/self/mounts");
	look(state, 1, etc, "");
	shell_ok("echo '/dev/plain partition 1 2 3' >>proc/swaps");
	look(state, 1, etc, "swap may /dev/plain 1\n");
	shell_ok("echo 'tmpfs /run/etcseal/ram tmpfs rw 0 0' >proc/self/mounts");
	look(state, 1, etc, "swap holds /dev/plain 1\n");
}

static void what_a_crash_would_write_is_named(void **state)
{
	shell_ok("mkdir -p proc/sys/kernel sys/kernel var/log/journal/x etc/systemd/coredump.conf.d etc/systemd && "
		 "echo '|/usr/lib/systemd/systemd-coredump %%P' >proc/sys/kernel/core_pattern && "
		 "echo 1 >sys/kernel/kexec_crash_loaded && echo '#Storage=external' >etc/systemd/coredump.conf");
	look(state, 1, etc,
	     "kdump may /var/crash 0\ncoredump-storage may /var/lib/systemd/coredump 0\njournal may /var/log/journal "
	     "0\n");
	shell_ok("echo 'Storage=none' >etc/systemd/coredump.conf.d/no.conf && echo 0 >sys/kernel/kexec_crash_loaded && "
		 "echo 'Storage=volatile' >etc/systemd/journald.conf");
	look(state, 1, etc, "");
}

static void etckeeper_counts_only_if_it_pushes(void **state)
{
	shell_ok("mkdir -p etc/etckeeper && printf '# PUSH_REMOTE=\"origin\"\\nPUSH_REMOTE=\"\"\\n' "
		 ">etc/etckeeper/etckeeper.conf");
	look(state, 1, etc, "");
	shell_ok("echo 'PUSH_REMOTE=\"origin\"' >>etc/etckeeper/etckeeper.conf");
	look(state, 1, etc, "etckeeper holds the remote origin of /etc 1\n");
}

/* A link that leads out, a device, a loop of folders: nothing of it is opened. */
static void hostile_files_are_passed_over(void **state)
{
	shell_ok(
	    "mkdir -p var/backups var/cache var/lib && ln -s / var/cache/debconf && mkfifo var/backups/pipe && "
	    "ln -s /etc/shadow var/backups/shadow.bak && mknod var/backups/tty c 5 0 && ln -s loop var/lib/loop && "
	    "ln -s loop var/lib/ucf");
	look(state, 1, etc, "");
}

static void the_preset_names_paths_that_can_be_covered(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const char *path; (path = es_preset_path(n)) != NULL; n++)
		assert_int_equal(es_covered_path_check(path), ES_OK);
	assert_string_equal(es_preset_path(0), "/etc");
	assert_true(n > 10 && n < ES_PATHS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)
		TEST(a_host_with_nothing_names_nothing),
		TEST(what_is_empty_or_not_secret_is_not_named),
		TEST(backups_and_answers_are_judged_by_their_content),
		TEST(what_is_covered_is_not_named),
		TEST(other_services_secrets_are_found),
		TEST(old_versions_of_conffiles_outside_are_found),
		TEST(logs_with_differences_and_dumps_are_found),
		TEST(a_swap_counts_unless_it_is_encrypted),
		TEST(what_a_crash_would_write_is_named),
		TEST(etckeeper_counts_only_if_it_pushes),
		TEST(hostile_files_are_passed_over),
		TEST(the_preset_names_paths_that_can_be_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
