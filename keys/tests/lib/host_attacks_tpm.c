/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the TPM of a whole host, and on the bus to it. */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/labels.h"
#include "keys/protector/bank_open.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/pcap.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/change/require.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { CC_PCR_EVENT = 0x13c, RC_FAILURE = 0x101, BUS_COMMANDS_MIN = 4 };

static bool ended(struct attack_scene *s, bool succeeded)
{
	attack_scene_stop(s);
	return succeeded;
}

#define COUNTER      "0x0180e5ea"
#define COUNTER_READ "$((0x$(tpm2_nvread -C " COUNTER " " COUNTER " | od -An -v -tx1 | tr -d ' \\n')))"

/* Makes an SRK and a counter like those in the owner's TPM, with this value. */
static void furnish(struct es_swtpm *tpm, uint64_t value)
{
	char line[700];

	snprintf(line, sizeof line,
		 "tpm2_createprimary -Q -C o -G ecc256:aes128cfb -c p.ctx && tpm2_flushcontext -t && "
		 "tpm2_evictcontrol -Q -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t && "
		 "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' " COUNTER " && n=0 && "
		 "while tpm2_nvincrement -Q -C " COUNTER " " COUNTER " && n=" COUNTER_READ
		 " && [ $n -lt %llu ]; do :; done && [ $n = %llu ]",
		 (unsigned long long)value, (unsigned long long)value);
	es_swtpm_tool_ok(tpm, line, NULL, 0);
}

static void banks_untouched(struct attack_scene *s)
{
	attack_scene_shell(s, "diff -r bank0 %s/bank0 && diff -r bank1 %s/bank1", s->genuine, s->genuine);
}

static uint64_t generation_now(struct attack_scene *s)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_bank(host)->info->generation;
}

/* An old copy of the banks, on a board with a TPM of the attacker's that calls it the newest. The owner opens it with
 * the recovery key, as they may: are they told that its age is unknown? */
bool attack_with_another_tpm(void)
{
	struct attack_scene s;
	uint64_t old;

	attack_scene_start(&s);
	old = generation_now(&s);
	attack_scene_backup(&s, "the second\n");
	attack_scene_backup(&s, "the third\n");
	attack_scene_restore(&s);
	es_swtpm_replace(s.m.tpm);
	furnish(s.m.tpm, old);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record) == ES_OK, false);
	banks_untouched(&s);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record), ES_OK);
	if (s.record.freshness != ES_FRESHNESS_NEWEST)
		assert_int_equal(s.record.freshness, ES_FRESHNESS_UNKNOWN);
	return ended(&s, s.record.freshness == ES_FRESHNESS_NEWEST);
}

/* While the host runs: a new seal would be to a key of the attacker's. */
bool attack_by_swapping_the_tpm_at_a_new_seal(void)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	es_swtpm_replace(s.m.tpm);
	furnish(s.m.tpm, 2);
	{
		ES_HOST host = machine_host(&s.m);

		r = es_host_require_secure_boot(host, false);
	}
	if (r != ES_OK) {
		assert_int_equal(r, ES_TPM_OTHER);
		banks_untouched(&s);
	}
	return ended(&s, r == ES_OK);
}

/* tpm2-tss's own recorder, between the code and the TPM. */
static const char *recorded(struct machine *m)
{
	snprintf(m->way_arg, 128, "pcap:%s", es_swtpm_tcti(m->tpm));
	return m->way_arg;
}

struct bus {
	char tcti[128], path[128];
};

static void bus_start(struct attack_scene *s, struct bus *bus, const char *name)
{
	snprintf(bus->path, sizeof bus->path, "%s/%s.pcapng", s->m.folder, name);
	setenv("TCTI_PCAP_FILE", bus->path, 1);
	s->m.way = recorded;
	s->m.way_arg = bus->tcti;
}

static void bus_stop(struct attack_scene *s)
{
	s->m.way = NULL;
}

static bool bus_holds(const char *path, const struct es_secret *secret)
{
	return pcap_holds(path, es_secret_bytes(secret), es_secret_len(secret));
}

/* Any of the host's current secrets. */
static bool bus_tells(struct attack_scene *s, const struct bus *bus)
{
	ES_SECRET sealed = NULL;
	ES_SECRET key = NULL;
	ES_SECRET recovery = NULL;
	struct pcap_summary summary;
	struct es_code_fault fault;

	pcap_read(bus->path, &summary);
	assert_true(summary.commands >= BUS_COMMANDS_MIN); /* it does record */
	attack_scene_shell(s, "rm -r %s && mkdir %s && cp -a bank0 bank1 %s/", s->genuine, s->genuine, s->genuine);
	attack_scene_secrets(s, &sealed, &key);
	assert_int_equal(es_recovery_text_read(s->recovery, strlen(s->recovery), &recovery, &fault), ES_OK);
	return bus_holds(bus->path, sealed) || bus_holds(bus->path, key) || bus_holds(bus->path, recovery) ||
	       pcap_holds(bus->path, s->recovery, strlen(s->recovery));
}

bool attack_on_bus_at_unlock(void)
{
	struct attack_scene s;
	struct bus bus;

	attack_scene_start(&s);
	bus_start(&s, &bus, "unlock");
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	bus_stop(&s);
	return ended(&s, bus_tells(&s, &bus));
}

bool attack_on_bus_at_init(void)
{
	struct machine_boot boot = machine_usual_boot;
	struct attack_scene s;
	struct bus bus;

	attack_scene_start(&s);
	attack_scene_shell(&s, "rm -r bank0 bank1");
	boot.consent = true;
	assert_int_equal(machine_boot(&s.m, &boot, NULL, &s.record), ES_NOT_CONFIGURED);
	bus_start(&s, &bus, "init");
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	bus_stop(&s);
	return ended(&s, bus_tells(&s, &bus));
}

bool attack_on_bus_at_new_seal(void)
{
	struct attack_scene s;
	struct bus bus;

	attack_scene_start(&s);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	bus_start(&s, &bus, "seal");
	{
		ES_HOST host = machine_host(&s.m);
		struct es_pack_report report;

		assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
		assert_int_equal(machine_backup(host, &report), ES_OK);
	}
	bus_stop(&s);
	return ended(&s, bus_tells(&s, &bus));
}

bool attack_on_bus_at_rotation(void)
{
	struct attack_scene s;
	struct bus bus;
	ES_SECRET sealed = NULL;
	ES_SECRET key = NULL;
	bool told;

	attack_scene_start(&s);
	attack_scene_secrets(&s, &sealed, &key);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	bus_start(&s, &bus, "rotation");
	attack_scene_rotate(&s);
	bus_stop(&s);
	told = bus_holds(bus.path, sealed) || bus_holds(bus.path, key);
	return ended(&s, bus_tells(&s, &bus) || told);
}

static struct es_proxy_refusal no_fence;

static const char *proxied(struct machine *m)
{
	struct es_proxy **p = m->way_arg;

	no_fence = (struct es_proxy_refusal){ .code = CC_PCR_EVENT, .rc = RC_FAILURE, .times = 1000 };
	es_proxy_stop(*p);
	*p = es_proxy_start(es_swtpm_port(m->tpm), es_proxy_refuse, NULL, &no_fence);
	return es_proxy_tcti(*p);
}

bool attack_by_failing_the_fence(void)
{
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;
	struct attack_scene s;
	bool unpacked;
	enum es_reason r;

	attack_scene_start(&s);
	s.m.way = proxied;
	s.m.way_arg = &p;
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	assert_true(no_fence.done > 0);
	if (r != ES_OK)
		assert_int_equal(r, ES_FENCE_FAILED);
	unpacked = machine_has(&s.m, "etc/secret", ATTACK_SECRET);
	/* Nor with the recovery key. */
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record), r);
	return ended(&s, unpacked);
}

bool attack_by_failing_a_measurement(void)
{
	struct machine_boot boot = machine_usual_boot;
	struct attack_scene s;
	enum es_reason r;

	boot.measured = ES_MEASURED_FAILED;
	attack_scene_start(&s);
	r = machine_boot(&s.m, &boot, NULL, &s.record);
	if (r != ES_OK)
		assert_int_equal(r, ES_MEASURE_FAILED);
	return ended(&s, machine_has(&s.m, "etc/secret", ATTACK_SECRET));
}
