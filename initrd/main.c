/* SPDX-License-Identifier: Apache-2.0 */
/* etcseal-boot, the program in the initramfs. It starts no other program, and no shell. */
#include "initrd/commands.h"

#include "initrd/finish.h"
#include "keys/core/harden.h"
#include "keys/core/labels.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 5, TRIES_MAX = 1000, WAIT_MAX_S = 86400 };

static const char usage[] =
    "usage: etcseal-boot unlock [OPTION…]     open the host's configuration into RAM\n"
    "       etcseal-boot apply ROOT [--run DIR]   mount it over the root file system at ROOT\n"
    "       etcseal-boot check ROOT [--run DIR]   check that it is still mounted there\n"
    "       etcseal-boot help | --help | --version\n"
    "\n"
    "  --handover DIR     the boot stub's handover           (/.extra/etcseal)\n"
    "  --run DIR          where to put boot.json and tree    (/run/etcseal)\n"
    "  --tcti TCTI        which TPM, as in tss2-tctildr(3)   (/dev/tpmrm0)\n"
    "  --console DEVICE   where to ask for the recovery key  (/dev/console)\n"
    "  --no-ask           don't ask for the recovery key\n"
    "  --tries N          how many attempts to allow         (5)\n"
    "  --ask-timeout S    give up after S seconds without a keystroke  (never)\n"
    "\n"
    "Without the boot stub, etcseal.device=UUID=… | PARTUUID=… | /dev/… in the kernel's options names the\n"
    "partition that holds the banks.\n"
    "\n"
    "exit: 0 done, 1 failed, 2 usage, 3 not configured, 4 locked, 5 tampered or rolled back, 6 TPM error,\n"
    "      7 wrong recovery key\n";

static enum es_exit misuse(const char *what, const char *which)
{
	fprintf(stderr, "etcseal-boot: %s%s\n\n%s", what, which, usage);
	return ES_EXIT_USAGE;
}

static bool read_number(const char *text, int max, int *ret)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 1 || n > max)
		return false;
	*ret = (int)n;
	return true;
}

/* The mark is written last. PID 1 starts no root without it. */
static enum es_exit finished(const char *run_dir, const struct es_unlock_options *o)
{
	enum es_exit exit_code;
	enum es_reason r;

	es_finish_clear(run_dir, ES_FINISH_UNLOCKED);
	exit_code = es_unlock(o);
	if (exit_code != ES_EXIT_DONE && exit_code != ES_EXIT_NOT_CONFIGURED)
		return exit_code;
	r = es_finish_unlocked(run_dir, exit_code);
	if (r == ES_OK)
		return exit_code;
	fprintf(stderr, "etcseal: can't write %s/" ES_FINISH_UNLOCKED ": %s; the host must not start\n", run_dir,
		es_reason_words(r)->what);
	return ES_EXIT_FAILED;
}

static enum es_exit unlock(int argc, char **argv)
{
	static const struct option known[] = {
		{ "handover", required_argument, NULL, 'h' },
		{ "run", required_argument, NULL, 'r' },
		{ "tcti", required_argument, NULL, 't' },
		{ "console", required_argument, NULL, 'c' },
		{ "no-ask", no_argument, NULL, 'n' },
		{ "tries", required_argument, NULL, 'N' },
		{ "ask-timeout", required_argument, NULL, 's' },
		{ 0 },
	};
	struct es_unlock_options o = { .ask = true, .tries = TRIES, .idle_ms = -1 };
	int c, seconds = 0;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'h':
			o.from.handover = optarg;
			break;
		case 'r':
			o.run_dir = optarg;
			break;
		case 't':
			o.tcti = optarg;
			break;
		case 'c':
			o.console = optarg;
			break;
		case 'n':
			o.ask = false;
			break;
		case 'N':
			if (!read_number(optarg, TRIES_MAX, &o.tries))
				return misuse("--tries takes a number from 1 to 1000, not ", optarg);
			break;
		case 's':
			if (!read_number(optarg, WAIT_MAX_S, &seconds))
				return misuse("--ask-timeout takes seconds, 1 to 86400, not ", optarg);
			o.idle_ms = seconds * 1000;
			break;
		default:
			return misuse("unknown option, or missing value: ", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return misuse("unlock takes no argument: ", argv[optind]);
	return finished(o.run_dir != NULL ? o.run_dir : ES_RUN_DIR, &o);
}

/* apply and check take the same arguments. */
static enum es_exit with_root(int argc, char **argv)
{
	static const struct option known[] = { { "run", required_argument, NULL, 'r' }, { 0 } };
	struct es_apply_options o = { 0 };
	bool check = strcmp(argv[0], "check") == 0;
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c != 'r')
			return misuse("unknown option, or missing value: ", argv[optind - 1]);
		o.run_dir = optarg;
	}
	if (argc - optind != 1)
		return misuse(argv[0], " takes one argument, the folder where the root file system is mounted");
	o.root = argv[optind];
	return check ? es_check(&(struct es_check_options){ .root = o.root, .run_dir = o.run_dir }) : es_apply(&o);
}

/* When memory runs out, the kernel kills another process. If it kills this one nevertheless, PID 1 ends the boot. */
static void refuse_oom(void)
{
	static const char never[] = "-1000\n";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, never, sizeof never - 1) < 0)
		fprintf(stderr, "etcseal: the kernel may kill this program when memory runs out\n");
	close(fd);
}

/* Runs before the first secret. */
static void harden(void)
{
	es_harden_process();
	refuse_oom();
	/* Job control must not stop us before the fence. */
	(void)signal(SIGTSTP, SIG_IGN);
	(void)signal(SIGTTIN, SIG_IGN);
	(void)signal(SIGTTOU, SIG_IGN);
	if (es_harden_memory() != ES_OK)
		fprintf(stderr, "etcseal: " ES_MEMORY_UNLOCKED_TEXT "\n");
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	opterr = 0;
	if (strcmp(verb, "help") == 0 || strcmp(verb, "--help") == 0) {
		fputs(usage, stdout);
		return ES_EXIT_DONE;
	}
	if (strcmp(verb, "--version") == 0) {
		printf("etcseal-boot %s\n", ES_VERSION_TEXT);
		return ES_EXIT_DONE;
	}
	if (strcmp(verb, "unlock") == 0) {
		harden();
		return unlock(argc - 1, argv + 1);
	}
	if (strcmp(verb, "apply") == 0 || strcmp(verb, "check") == 0) {
		harden();
		return with_root(argc - 1, argv + 1);
	}
	return misuse(argc > 1 ? "unknown command: " : "no command given", verb);
}
