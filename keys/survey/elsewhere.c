/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of places. */
#include "keys/survey/elsewhere.h"

#include "keys/survey/elsewhere_check.h"

#include <string.h>

const char *const es_elsewhere_names[ES_ELSEWHERE_STATES] = { "holds", "may" };

static const char cover[] =
    "Cover it: `etcseal set --path-preset=debian`, then restart. `etcseal adopt` seals what is in it.";

/*
 * What the preset covers is small and seldom written, since all of it is in RAM and each change is a save. That leaves
 * out: /var/lib/NetworkManager (written every few minutes; it holds no passwords), /var/lib/sss (a cache that changes
 * with each login), /var/lib/bluetooth (bluez couldn't be removed: its script deletes the folder), logs, mail, core
 * dumps and databases.
 */
static const struct place {
	const char *id, *path;
	es_elsewhere_check *is_there;
	enum es_elsewhere_state state;
	bool preset;
	const char *holds, *remedy;
} places[] = {
	{ "backups", "/var/backups", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "backups of configuration: passwd and shadow (Debian 11 and older), smbpasswd, slapd", cover },
	{ "debconf", "/var/cache/debconf", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "answers to the questions of packages, passwords among them", cover },
	{ "ucf", "/var/lib/ucf", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "ucf's copies of configuration files as packages made them", cover },
	{ "cron", "/var/spool/cron", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "crontabs, and jobs of at with the environment of the one who submitted them", cover },
	{ "samba", "/var/lib/samba/private", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "Samba's password hashes and machine password", cover },
	{ "snmp", "/var/lib/snmp", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true, "SNMPv3 users and their keys",
	  cover },
	{ "iscsi", "/var/lib/iscsi", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true, "iSCSI targets with CHAP passwords",
	  cover },
	{ "iwd", "/var/lib/iwd", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true, "iwd's networks with their passwords",
	  cover },
	{ "connman", "/var/lib/connman", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "ConnMan's networks with their passwords", cover },
	{ "cloud-init", "/var/lib/cloud", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "cloud-init's seed and instance data: passwords, keys, scripts", cover },
	{ "exim", "/var/lib/exim4", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "Exim's configuration, generated from /etc/exim4", cover },
	{ "letsencrypt", "/var/lib/letsencrypt", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "certbot's copies of a web server's configuration", cover },
	{ "module-key", "/var/lib/dkms/mok.key", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "the key that signs kernel modules for Secure Boot", cover },
	{ "module-key", "/var/lib/shim-signed/mok", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "the key that signs kernel modules for Secure Boot", cover },
	{ "local", "/usr/local/etc", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, true,
	  "the configuration of software that the administrator built", cover },
	{ "bluetooth", "/var/lib/bluetooth", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "keys of paired Bluetooth devices",
	  "Cover it (`etcseal set --path=/var/lib/bluetooth`); unmount it before bluez is removed." },
	{ "conffiles", "/var/lib/dpkg/status", es_elsewhere_conffiles, ES_ELSEWHERE_HOLDS, false,
	  "configuration files of packages outside /etc, or old versions of them",
	  "Cover their folder (`etcseal set --path=`), or delete the old versions." },
	{ "dbconfig", "/var/cache/dbconfig-common", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "database dumps from upgrades", "Delete them once the upgrade is known to be good." },
	{ "sssd", "/var/lib/sss/db", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "a copy of sssd.conf and, with cache_credentials, password hashes",
	  "Keep no password in sssd.conf (use a keytab), set cache_credentials = false, or encrypt /var." },
	{ "credential-secret", "/var/lib/systemd/credential.secret", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "the host's key for systemd's encrypted credentials",
	  "Encrypt them to the TPM too (systemd-creds encrypt --with-key=host+tpm2), or keep them in /etc/credstore, "
	  "which is sealed." },
	{ "postfix", "/var/spool/postfix/etc", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "copies of files of /etc in Postfix's chroot",
	  "Take the service out of the chroot (master.cf), and delete "
	  "the copy." },
	{ "grub", "/boot/grub/grub.cfg", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "GRUB's configuration, generated from /etc/grub.d, password hash included",
	  "Use no GRUB password that is used elsewhere; an image that firmware starts directly needs no GRUB." },
	{ "kdump-initrd", "/var/lib/kdump", es_elsewhere_initrds, ES_ELSEWHERE_HOLDS, false,
	  "an initramfs of the crash kernel, with the same files of /etc as the boot's",
	  "Keep secrets out of the initramfs (`update-initramfs` names them), or remove kdump-tools." },
	{ "mkinitramfs", "/var/tmp", es_elsewhere_building, ES_ELSEWHERE_HOLDS, false,
	  "what an interrupted update-initramfs left", "Delete the folders mkinitramfs_* in /var/tmp." },
	{ "apt-log", "/var/log/apt/term.log", es_elsewhere_diffs, ES_ELSEWHERE_HOLDS, false,
	  "differences of configuration files that dpkg has shown",
	  "Delete /var/log/apt/term.log*, and look at differences with `etcseal diff` or outside apt." },
	{ "apt-log", "/var/log/unattended-upgrades/unattended-upgrades-dpkg.log", es_elsewhere_diffs,
	  ES_ELSEWHERE_HOLDS, false, "differences of configuration files that dpkg has shown",
	  "Delete /var/log/unattended-upgrades/*-dpkg.log*." },
	{ "installer-log", "/var/log/installer", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "the installer's questions and answers", "Delete /var/log/installer." },
	{ "cloud-init-log", "/var/log/cloud-init.log", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "what cloud-init did", "Delete the log." },
	{ "cloud-init-log", "/var/log/cloud-init-output.log", es_elsewhere_judged, ES_ELSEWHERE_HOLDS, false,
	  "what cloud-init's scripts printed, generated passwords among it", "Delete the log." },
	{ "puppet", "/var/cache/puppet/clientbucket", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "Puppet's backups of the files that it replaced",
	  "Set backup => false for File resources, and delete them." },
	{ "puppet", "/var/lib/puppet/clientbucket", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "Puppet's backups of the files that it replaced",
	  "Set backup => false for File resources, and delete them." },
	{ "chef", "/var/chef/backup", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "Chef's backups of the files that it replaced",
	  "Set file_backup_path to a covered folder, and delete them." },
	{ "coredump", "/var/lib/systemd/coredump", es_elsewhere_there, ES_ELSEWHERE_HOLDS, false,
	  "memory of programs that crashed", "Delete the dumps, and set Storage=none in /etc/systemd/coredump.conf." },
	{ "crash", "/var/crash", es_elsewhere_dumps, ES_ELSEWHERE_HOLDS, false,
	  "memory of the whole host at a crash, the configuration and its key included",
	  "Delete the dumps, and run `etcseal recovery rotate`." },
	{ "etckeeper", "/etc/etckeeper/etckeeper.conf", es_elsewhere_etckeeper, ES_ELSEWHERE_HOLDS, false,
	  "all of /etc, with its history: etckeeper pushes it there",
	  "Push only to a host that may know the secrets, or unset PUSH_REMOTE." },
	{ "swap", "/proc/swaps", es_elsewhere_swap, ES_ELSEWHERE_HOLDS, false,
	  "swapped memory: this kernel may swap the configuration too",
	  "Encrypt the swap with a random key (crypttab(5), option swap), or have none; Linux 6.4 keeps the "
	  "configuration out of it." },
	{ "swap", "/proc/swaps", es_elsewhere_swap_other, ES_ELSEWHERE_MAY, false,
	  "memory of programs that have read the configuration",
	  "Encrypt the swap with a random key (crypttab(5), option swap), or have none." },
	{ "kdump", "/sys/kernel/kexec_crash_loaded", es_elsewhere_kdump, ES_ELSEWHERE_MAY, false,
	  "a crash of the kernel writes all memory, the configuration and its key included, to /var/crash",
	  "Set USE_KDUMP=0 in /etc/default/kdump-tools, or send dumps to a disk that is encrypted." },
	{ "coredump-storage", "/proc/sys/kernel/core_pattern", es_elsewhere_coredump, ES_ELSEWHERE_MAY, false,
	  "memory of programs that crash, which may hold what they have read from /etc",
	  "Set Storage=none in /etc/systemd/coredump.conf." },
	{ "journal", "/var/log/journal", es_elsewhere_journal, ES_ELSEWHERE_MAY, false,
	  "what programs log, such as the command lines of sudo",
	  "Set Storage=volatile in /etc/systemd/journald.conf, or encrypt /var/log." },
};

enum { PLACES = sizeof places / sizeof places[0] };

enum es_reason es_elsewhere_look(const struct es_elsewhere_request *request, es_elsewhere_fn *fn, void *context)
{
	for (size_t i = 0; i < PLACES; i++) {
		const struct place *p = &places[i];
		const struct es_elsewhere_at at = { request, p->path };
		struct es_elsewhere e = {
			.id = p->id,
			.state = p->state,
			.holds = p->holds,
			.remedy = p->remedy,
			.preset = p->preset,
		};
		enum es_reason r;

		/* The settings of etckeeper are covered; what it does with them isn't. */
		if (p->is_there != es_elsewhere_etckeeper &&
		    es_path_is_covered(p->path, request->path_count, request->paths))
			continue;
		if (!p->is_there(&at, &e))
			continue;
		r = fn(context, &e);
		if (r != ES_OK)
			return r;
	}
	return ES_OK;
}

const char *es_preset_path(unsigned number)
{
	if (number-- == 0)
		return "/etc";
	for (size_t i = 0; i < PLACES; i++)
		if (places[i].preset && number-- == 0)
			return places[i].path;
	return NULL;
}
