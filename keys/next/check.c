/* SPDX-License-Identifier: Apache-2.0 */
/* Asks what a boot will ask, in the same order, and goes on after the first refusal. Sends the TPM no secret and no
 * Unseal. */
#include "keys/next/check.h"

#include "keys/choice/choice.h"
#include "keys/choice/refusal.h"
#include "keys/choice/vendor.h"
#include "keys/host/firmware.h"
#include "keys/host/key.h"
#include "keys/host/machine.h"
#include "keys/host/pins.h"
#include "keys/host/seal.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/next/boot.h"
#include "keys/next/entry.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
	struct es_host *host;
	const struct es_predict_request *next;
	const struct es_secret *key;
	struct es_info *info;
	struct es_counter counter;
	struct es_pins pins; /* of the image that will boot */
	struct es_check found;
};

/* While the host is open, more can be done than the advice for a refused boot says. */
static const char *advice(enum es_reason reason)
{
	switch (reason) {
	case ES_ROLLED_BACK:
		return "`etcseal backup` saves the running configuration as the newest generation.";
	case ES_COUNTER_MISSING:
	case ES_COUNTER_UNCOUNTED:
		return "`etcseal set --mode=tpm` seals to this TPM again while the configuration is open. Otherwise "
		       "the "
		       "next boot asks for the recovery key.";
	case ES_OTHER_KEY:
	case ES_OTHER_HOST:
	case ES_BAD_PINS:
		return "Build the image again on this host, with `etcseal image build --for-this-host`.";
	case ES_TPM_CLEARED:
	case ES_TPM_OTHER:
		return "If you cleared or replaced it yourself, `etcseal set --mode=tpm --yes` seals to it while the "
		       "configuration is open. Otherwise the next boot asks for the recovery key.";
	default:
		return es_reason_words(reason)->next;
	}
}

__attribute__((format(printf, 4, 5))) static void add(struct check *c, bool stops, enum es_reason reason,
						      const char *format, ...)
{
	struct es_finding *f = c->found.finding;
	unsigned at = c->found.count;
	va_list args;

	if (at == ES_FINDINGS_MAX)
		return;
	for (; stops && at > 0 && !f[at - 1].stops; at--)
		f[at] = f[at - 1];
	f[at] = (struct es_finding){ .stops = stops, .reason = reason, .next = advice(reason) };
	va_start(args, format);
	vsnprintf(f[at].detail, sizeof f[at].detail, format, args);
	va_end(args);
	c->found.count++;
	c->found.opens &= !stops;
}

static bool same_bytes(const struct es_buf *a, const struct es_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Whether a's protectors hold the key of this host. If they do, a boot with that key in hand finds the wrong MAC, and
 * falls back to the other bank. */
static bool same_protectors(const struct es_info *a, const struct es_info *b)
{
	if (a->protector_count != b->protector_count)
		return false;
	for (unsigned i = 0; i < a->protector_count; i++)
		if (a->protectors[i]->type != b->protectors[i]->type ||
		    !same_bytes(&a->protectors[i]->wrapped, &b->protectors[i]->wrapped))
			return false;
	return true;
}

static void look_at_vouched(struct check *c, int number, bool chosen, const struct es_vouched *v)
{
	bool behind;

	if (!chosen && c->counter.state == ES_OK && es_choice_fresh(v, c->counter, &behind) != ES_OK)
		add(c, false, ES_ONE_BANK, "bank%d: generation %llu, which the TPM's counter (%llu) no longer accepts",
		    number, (unsigned long long)es_vouched_info(v)->generation, (unsigned long long)c->counter.value);
}

/* Runs once the counter is known: the bank that a boot takes depends on it. */
static void look_at_banks(struct check *c)
{
	int chosen = es_choice_bank(c->host->banks, c->counter, &c->pins);

	for (int i = 0; i < ES_BANK_COUNT; i++) {
		const struct es_bank *bank = &c->host->banks[i];
		ES_VOUCHED v = NULL;

		if (bank->state == ES_BANK_DAMAGED)
			add(c, false, ES_ONE_BANK, "bank%d: %s", i, bank->detail);
		else if (bank->state == ES_BANK_ABSENT)
			add(c, false, ES_ONE_BANK, "bank%d: its folder is missing, or empty", i);
		else if (es_bank_vouch(bank, c->key, &v) != ES_OK)
			add(c, chosen == i && !same_protectors(bank->info, c->info), ES_TAMPERED_INFO,
			    "bank%d isn't under this host's key: somebody else wrote it, or an interrupted rotation "
			    "left it",
			    i);
		else
			look_at_vouched(c, i, i == chosen, v);
	}
}

static void look_at_counter(struct check *c)
{
	ES_VOUCHED v = NULL;
	bool behind;
	enum es_reason r = es_bank_vouch(&c->host->banks[c->host->current], c->key, &v);

	if (r == ES_OK)
		r = es_choice_fresh(v, c->counter, &behind);
	if (r == ES_OK)
		return;
	if (c->counter.state == ES_OK)
		add(c, true, r, "the configuration is generation %llu, the TPM's counter is at %llu",
		    (unsigned long long)c->info->generation, (unsigned long long)c->counter.value);
	else if (r == ES_COUNTER_MISSING || r == ES_COUNTER_UNCOUNTED)
		add(c, true, r, "NV index 0x%08x", ES_COUNTER_INDEX);
	else
		add(c, true, r, "%s", es_host_detail(c->host));
}

/* Whether this TPM is the one that was sealed to, as es_host_connect pinned it. If not, adds the reason to the
 * findings. */
static bool is_pinned_tpm(struct check *c)
{
	enum es_reason r =
	    es_info_find(c->info, ES_PROTECTOR_TPM) != NULL ? es_host_is_pinned_tpm(c->host) : ES_LOCKED_NO_PROTECTOR;

	if (r != ES_OK)
		add(c, true, r, "%s", es_host_detail(c->host));
	return r == ES_OK;
}

static void look_at_lockout(struct check *c)
{
	bool matters;

	if (es_host_locked_out(c->host, &matters))
		add(c, matters, ES_TPM_LOCKOUT, "%s",
		    matters ? "the storage key found on this TPM isn't exempt from it"
			    : "what etcseal keeps there is exempt from it, and still opens");
}

/* Leaves what is known of the counter in c->counter, also in mode kdf, where there must be no counter. */
static void look_at_tpm(struct check *c)
{
	bool tpm_mode = c->info->mode == ES_MODE_TPM;

	c->host->detail[0] = '\0';
	c->counter.state = es_host_connect(c->host);
	if (c->counter.state == ES_OK && tpm_mode) {
		if (!is_pinned_tpm(c)) {
			c->counter.state = ES_TPM_OTHER;
			return;
		}
		look_at_lockout(c);
	}
	if (c->counter.state == ES_OK)
		c->counter.state = es_host_counter(c->host, &c->counter.value);
	look_at_counter(c);
}

/* What the vendor's signature opened in this boot, it opens again, unless a newer image was accepted since. */
static enum es_reason this_boot_by_vendor(struct check *c, const struct es_pcr_values *values)
{
	ES_BUF json = { NULL, 0 };
	char path[ES_PATH_TEXT + 32];

	snprintf(path, sizeof path, "%s/%s", c->host->run_dir, ES_RUN_SIGNATURE_NAME);
	if (es_file_read(AT_FDCWD, path, ES_SIGNATURE_FILE_MAX, &json) != ES_OK)
		return ES_MISSING;
	return es_next_by_vendor(c->host, c->info, es_buf_span(&json), values);
}

/* PCR 12 has no event yet that could be named. */
static void add_firmware(struct es_host *host, char differs[static ES_FINDING_TEXT])
{
	char words[ES_FINDING_TEXT - 2]; /* after "; " */
	size_t used = strlen(differs);

	es_host_firmware_words(host, words, sizeof words);
	if (words[0] != '\0')
		snprintf(differs + used, ES_FINDING_TEXT - used, "; %s", words);
}

static void look_at_values(struct check *c, const struct es_pcr_values *values)
{
	struct es_refusal_evidence evidence = { .now = values };
	const struct es_protector *p = NULL;
	char differs[ES_FINDING_TEXT];
	enum es_reason r = es_choice_protector(c->info, values, c->host->boot.stub, &p), vendor;

	if (r == ES_OK) {
		snprintf(c->found.by, ES_BY_TEXT, "sealed for: %s", p->tpm.purpose);
		return;
	}
	vendor = c->next != NULL ? es_next_by_vendor(c->host, c->info, es_next_signature(c->next), values)
				 : this_boot_by_vendor(c, values);
	if (vendor == ES_OK)
		snprintf(c->found.by, ES_BY_TEXT, "sealed for: images that their vendor signed");
	if (vendor != ES_OK && vendor != ES_MISSING)
		add(c, true, vendor, "%s", es_host_detail(c->host));
	if (vendor != ES_MISSING)
		return;
	if (r == ES_LOCKED_NO_PROTECTOR || p == NULL) {
		add(c, true, ES_NEXT_LOCKED, "nothing is sealed to it");
		return;
	}
	evidence.sealed = &p->tpm.expected;
	evidence.pcrs = p->tpm.pcrs;
	es_refusal_words(&evidence, differs, sizeof differs);
	if ((es_pcr_differ(evidence.sealed, values, evidence.pcrs) & ES_PCR_BIT(ES_PCR_OPTIONS)) != 0)
		add_firmware(c->host, differs);
	add(c, true, r == ES_LOCKED_PCR ? ES_NEXT_LOCKED : r, "%s", differs);
}

static enum es_reason look_at_boot(struct check *c)
{
	struct es_prediction prediction = { .values = { .present = 0 } };
	enum es_reason r =
	    c->next != NULL
		? es_next_values(c->host, c->info, c->next, &prediction)
		: es_host_expected_pcrs(c->host, es_policy_pcrs(c->info->require_secure_boot), &prediction.values);

	/* This boot's options may have been typed; the next one has the entry's. */
	if (r == ES_OK && c->next == NULL)
		(void)es_next_entry_options(c->host, &prediction.values.value[ES_PCR_OPTIONS]);
	if (r == ES_OK)
		look_at_values(c, &prediction.values);
	if (r == ES_NEXT_UNKNOWN || r == ES_NEXT_REFUSED)
		add(c, true, r, "%s", es_host_detail(c->host));
	if (es_next_has_other_keys(c->host, c->info))
		add(c, true, ES_NEXT_UNKNOWN, "%s", es_host_detail(c->host));
	if (es_next_has_request(c->host, c->info))
		add(c, true, ES_NEXT_REQUEST, "%s", es_host_detail(c->host));
	return r == ES_NEXT_UNKNOWN || r == ES_NEXT_REFUSED ? ES_OK : r;
}

/* The next boot opens, but it would also open for others. */
static void look_at_secure_boot(struct check *c)
{
	struct es_secure_boot judged;

	if (!c->info->require_secure_boot)
		return;
	es_host_secure_boot(c->host, &judged);
	if (es_secure_boot_not_vouched(judged.state))
		add(c, false, ES_NOT_VOUCHED, "Secure Boot is %s. %s", es_secure_boot_words(judged.state)->what,
		    es_secure_boot_words(judged.state)->advice);
}

/* Without a usable log, another image can't be checked, nor a refusal explained. */
static void look_at_log(struct check *c)
{
	enum es_reason r = es_host_log(c->host);

	if (r != ES_OK && r != ES_LOG_MISMATCH)
		add(c, false, r, "%s", es_host_detail(c->host));
}

/* If the kernel could resume, the helper asks neither the TPM nor the KDF. */
static void look_at_hibernation(struct check *c)
{
	enum es_reason r = es_host_check_resume(c->host, c->next);

	if (r != ES_OK)
		add(c, true, r, "%s", es_host_detail(c->host));
}

/* The KDF depends on nothing that a boot changes, so it can be tried now. */
static void look_at_kdf(struct check *c)
{
	const struct es_protector *p = es_info_find(c->info, ES_PROTECTOR_KDF);
	char uuid[ES_UUID_TEXT];
	ES_SECRET key = NULL;
	enum es_reason r = ES_LOCKED_NO_PROTECTOR;

	es_host_product_uuid(c->host, uuid);
	if (p != NULL)
		r = es_protector_open_kdf(p, uuid, &key);
	if (r == ES_OK)
		snprintf(c->found.by, ES_BY_TEXT, "mode kdf, which checks no measurements");
	else
		add(c, true, r, "%s", uuid[0] != '\0' ? uuid : "this machine shows no UUID");
}

/* An image that is pinned to something else opens nothing here, whatever it measures. */
static enum es_reason look_at_pins(struct check *c)
{
	bool by_old_key = false;
	char detail[ES_PINS_DETAIL];
	enum es_reason r;

	if (c->next == NULL)
		r = es_host_image_pins(c->host, &c->pins);
	else
		r = es_pins_parse(c->next->uki->section[ES_UKI_CMDLINE], &c->pins, detail);
	if (r == ES_BAD_PINS)
		add(c, true, r, "%s", c->next == NULL ? es_host_detail(c->host) : detail);
	if (r == ES_OK)
		r = es_host_fits_pins(c->host, &c->pins, &by_old_key);
	if (r == ES_OTHER_KEY || r == ES_OTHER_HOST || r == ES_TPM_OTHER)
		add(c, true, r, "%s", es_host_detail(c->host));
	else if (r != ES_OK && r != ES_BAD_PINS)
		return r;
	return ES_OK;
}

enum es_reason es_host_check(struct es_host *host, const struct es_predict_request *next, struct es_check *ret)
{
	struct check c = { .host = host, .next = next, .found = { .opens = true } };
	ES_SECRET key = NULL;
	ES_INFO info = NULL;
	enum es_reason r = es_host_key(host, &key, &info);

	if (r != ES_OK)
		return r;
	c.key = key;
	c.info = info;
	r = look_at_pins(&c);
	if (r != ES_OK)
		return r;
	look_at_tpm(&c);
	look_at_banks(&c);
	if (info->mode == ES_MODE_KDF)
		look_at_kdf(&c);
	else
		r = look_at_boot(&c);
	if (next == NULL && es_next_entry_is_other(host))
		add(&c, true, ES_NEXT_OTHER_ENTRY, "%s", es_host_detail(host));
	look_at_secure_boot(&c);
	if (info->mode == ES_MODE_TPM)
		look_at_log(&c);
	look_at_hibernation(&c);
	if (r == ES_OK)
		*ret = c.found;
	return r;
}
