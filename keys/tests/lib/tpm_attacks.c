/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/tpm_attacks.h"

#include "keys/crypto/hash.h"
#include "keys/tests/lib/pcap.h"
#include "keys/tests/lib/process_memory.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { CC_PCR_EVENT = 0x13c, CC_NV_READ = 0x14e, CC_PCR_READ = 0x17e };

/* Connects through the recorder; ret gets the file's path. */
static void record(struct tpm_fixture *f, char ret[static 128])
{
	char tcti[128];

	snprintf(ret, 128, "%s/bus.pcapng", es_swtpm_folder(f->swtpm));
	unlink(ret);
	setenv("TCTI_PCAP_FILE", ret, 1);
	snprintf(tcti, sizeof tcti, "pcap:%s", es_swtpm_tcti(f->swtpm));
	tpm_fixture_reopen(f, tcti, true);
}

static bool recorded_secret(struct tpm_fixture *f, const char *path)
{
	struct pcap_summary bus;

	tpm_fixture_reopen(f, NULL, false);
	pcap_read(path, &bus);
	assert_true(bus.commands >= 2); /* it does record */
	return pcap_holds(path, es_secret_bytes(f->secret), ES_KEY_LEN);
}

bool attack_read_the_bus_at_seal(struct tpm_fixture *f)
{
	ES_BUF public_part = { 0 };
	ES_BUF private_part = { 0 };
	char path[128];

	record(f, path);
	assert_int_equal(tpm_fixture_seal(f, &public_part, &private_part), ES_OK);
	return recorded_secret(f, path);
}

bool attack_read_the_bus_at_unseal(struct tpm_fixture *f)
{
	ES_SECRET got = NULL;
	char path[128];

	record(f, path);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_true(same_secret(got, f->secret));
	return recorded_secret(f, path);
}

/* In this process, except for the secret itself. */
static unsigned copies(const struct es_secret *secret)
{
	struct process_memory is;

	process_memory_look(getpid(), secret, &is);
	return is.found;
}

bool attack_find_the_secret_after_a_seal(struct tpm_fixture *f)
{
	ES_BUF public_part = { 0 };
	ES_BUF private_part = { 0 };
	unsigned found;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(tpm_fixture_seal(f, &public_part, &private_part), ES_OK);
	found = copies(f->secret);
	tpm_fixture_reopen(f, NULL, false);
	return found + copies(f->secret) > 0;
}

bool attack_find_the_secret_after_an_unseal(struct tpm_fixture *f)
{
	ES_SECRET got = NULL;
	unsigned found;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	found = copies(f->secret);
	assert_true(found > 0); /* in `got`: the scan does find what is there */
	es_secret_freep(&got);
	found += copies(f->secret) - 1;
	tpm_fixture_reopen(f, NULL, false);
	return found + copies(f->secret) > 0;
}

static struct es_proxy *through(struct tpm_fixture *f, es_proxy_fn *before, es_proxy_fn *after, void *arg)
{
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), before, after, arg);

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	return p;
}

static void done(struct tpm_fixture *f, struct es_proxy *p)
{
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

/* Replaces a value of PCR 11 wherever it is in an answer. */
static void forge_pcr(void *arg, struct es_proxy_message *m)
{
	const struct es_digest *real = arg;
	uint8_t *at = m->code == CC_PCR_READ ? memmem(m->response, m->response_len, real->bytes, ES_SHA256_LEN) : NULL;

	if (at != NULL)
		at[0] ^= 1;
}

bool attack_forge_pcr_values(struct tpm_fixture *f)
{
	struct es_proxy *p = through(f, NULL, forge_pcr, &f->values.value[ES_PCR_IMAGE]);
	struct es_pcr_values v = { 0 };
	enum es_reason r = es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v);

	done(f, p);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_FORGED);
	return r == ES_OK && !es_digest_equal(&v.value[ES_PCR_IMAGE], &f->values.value[ES_PCR_IMAGE]);
}

/* An answer as if no session had been used: tag 8001, no parameter size, no authorisation area. */
static void strip(void *arg, struct es_proxy_message *m)
{
	uint32_t size;

	if (m->code != CC_PCR_READ || m->response[1] != 2)
		return;
	size = (uint32_t)m->response[12] << 8 | m->response[13];
	m->response[1] = 1;
	memmove(m->response + 10, m->response + 14, size);
	m->response_len = 10 + size;
	m->response[4] = (uint8_t)(m->response_len >> 8);
	m->response[5] = (uint8_t)m->response_len;
	forge_pcr(arg, m);
}

bool attack_strip_the_session_from_pcr_values(struct tpm_fixture *f)
{
	struct es_proxy *p = through(f, NULL, strip, &f->values.value[ES_PCR_IMAGE]);
	struct es_pcr_values v = { 0 };
	enum es_reason r = es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v);

	done(f, p);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_FORGED);
	return r == ES_OK;
}

/* After header and parameter size: TPM2B_MAX_NV_BUFFER, whose last byte is the counter's lowest. */
static void forge_counter(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == CC_NV_READ && m->response_len > 24)
		m->response[m->response[1] == 2 ? 23 : 19] ^= 1;
}

bool attack_forge_the_counter(struct tpm_fixture *f)
{
	struct es_proxy *p = through(f, NULL, forge_counter, NULL);
	uint64_t value = f->counter;
	enum es_reason r = es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value);

	done(f, p);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_FORGED);
	return r == ES_OK && value != f->counter;
}

bool attack_swallow_the_fence(struct tpm_fixture *f)
{
	struct es_proxy *p = through(f, es_proxy_swallow_event, NULL, NULL);
	struct es_pcr_values now = { 0 };
	bool vouched;
	enum es_reason r = es_tpm_fence(f->tpm, true, &vouched);

	done(f, p);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &now), ES_OK);
	assert_true(es_digest_equal(&now.value[ES_PCR_IMAGE], &f->values.value[ES_PCR_IMAGE])); /* the fence isn't up */
	if (r != ES_OK)
		assert_int_equal(r, ES_FENCE_FAILED);
	return r == ES_OK;
}

bool attack_swap_the_tpm(struct tpm_fixture *f)
{
	struct es_pcr_values v = { 0 };
	ES_BUF other = { 0 };
	enum es_reason r;

	es_tpm_close(f->tpm);
	f->tpm = NULL;
	es_swtpm_replace(f->swtpm);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &other), ES_OK);
	tpm_fixture_reopen(f, NULL, true);
	r = es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_OTHER);
	tpm_fixture_reopen(f, NULL, false);
	return r == ES_OK;
}

bool attack_seal_to_unset_pcrs(struct tpm_fixture *f)
{
	struct es_pcr_values unset = f->values;
	const struct es_tpm_seal_request request = {
		.secret = f->secret, .expected = &unset, .pcrs = FIXTURE_PCRS, .sha256 = es_sha256
	};
	ES_BUF public_part = { 0 };
	ES_BUF private_part = { 0 };
	enum es_reason r;

	memset(&unset.value[ES_PCR_IMAGE], 0, ES_SHA256_LEN);
	tpm_fixture_reopen(f, NULL, true);
	r = es_tpm_seal(f->tpm, &request, &public_part, &private_part);
	tpm_fixture_reopen(f, NULL, false);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_UNSET_PCR);
	return r == ES_OK;
}

bool attack_lock_out(struct tpm_fixture *f)
{
	ES_SECRET got = NULL;
	enum es_reason r;
	char out[4096];

	es_tpm_close(f->tpm);
	f->tpm = NULL;
	/* A single wrong password for an object that does count them reaches this limit. */
	es_swtpm_tool_ok(
	    f->swtpm,
	    "tpm2_dictionarylockout -s -n 1 -t 3600 -l 3600 && "
	    "tpm2_createprimary -C o -c p.ctx && tpm2_flushcontext -t && "
	    "echo secret >plain && tpm2_create -C p.ctx -p right -i plain -u o.pub -r o.priv && "
	    "tpm2_flushcontext -t && tpm2_load -C p.ctx -u o.pub -r o.priv -c o.ctx && tpm2_flushcontext -t && "
	    "{ tpm2_unseal -c o.ctx -p wrong || true; } && tpm2_flushcontext -t && "
	    "tpm2_getcap properties-variable | grep inLockout",
	    out, sizeof out);
	assert_non_null(strstr(out, "inLockout:                 1"));
	tpm_fixture_reopen(f, NULL, true);
	r = tpm_fixture_unseal(f, &got);
	if (r != ES_OK)
		assert_int_equal(r, ES_TPM_LOCKOUT);
	tpm_fixture_reopen(f, NULL, false);
	return r != ES_OK;
}
