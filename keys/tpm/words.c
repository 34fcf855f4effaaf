/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes have the names that tpm2-tools use, so that our text can be compared with theirs. */
#include "keys/tpm/words.h"

#include "keys/tpm/template.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct name {
	uint32_t value;
	const char *text;
};

static const struct name key_attributes[] = {
	{ TPMA_OBJECT_FIXEDTPM, "fixedtpm" },
	{ TPMA_OBJECT_STCLEAR, "stclear" },
	{ TPMA_OBJECT_FIXEDPARENT, "fixedparent" },
	{ TPMA_OBJECT_SENSITIVEDATAORIGIN, "sensitivedataorigin" },
	{ TPMA_OBJECT_USERWITHAUTH, "userwithauth" },
	{ TPMA_OBJECT_ADMINWITHPOLICY, "adminwithpolicy" },
	{ TPMA_OBJECT_NODA, "noda" },
	{ TPMA_OBJECT_RESTRICTED, "restricted" },
	{ TPMA_OBJECT_DECRYPT, "decrypt" },
	{ TPMA_OBJECT_SIGN_ENCRYPT, "sign" },
};

static const struct name index_attributes[] = {
	{ TPMA_NV_PPREAD, "ppread" },
	{ TPMA_NV_PPWRITE, "ppwrite" },
	{ TPMA_NV_OWNERREAD, "ownerread" },
	{ TPMA_NV_OWNERWRITE, "ownerwrite" },
	{ TPMA_NV_AUTHREAD, "authread" },
	{ TPMA_NV_AUTHWRITE, "authwrite" },
	{ TPMA_NV_POLICYREAD, "policyread" },
	{ TPMA_NV_POLICYWRITE, "policywrite" },
	{ TPMA_NV_POLICY_DELETE, "policydelete" },
	{ TPMA_NV_PLATFORMCREATE, "platformcreate" },
	{ TPMA_NV_NO_DA, "no_da" },
	{ TPMA_NV_WRITTEN, "written" },
	{ TPMA_NV_READLOCKED, "readlocked" },
	{ TPMA_NV_WRITELOCKED, "writelocked" },
};

static const struct name hashes[] = { { TPM2_ALG_SHA1, "SHA-1" },     { TPM2_ALG_SHA256, "SHA-256" },
				      { TPM2_ALG_SHA384, "SHA-384" }, { TPM2_ALG_SHA512, "SHA-512" },
				      { TPM2_ALG_SM3_256, "SM3" },    { TPM2_ALG_NULL, "no" } };

static const struct name curves[] = {
	{ TPM2_ECC_NIST_P192, "P-192" }, { TPM2_ECC_NIST_P224, "P-224" }, { TPM2_ECC_NIST_P256, "P-256" },
	{ TPM2_ECC_NIST_P384, "P-384" }, { TPM2_ECC_NIST_P521, "P-521" }, { TPM2_ECC_BN_P256, "BN-256" },
	{ TPM2_ECC_BN_P638, "BN-638" },  { TPM2_ECC_SM2_P256, "SM2" },
};

static const char *const index_kinds[16] = { [TPM2_NT_ORDINARY] = "bytes",
					     [TPM2_NT_COUNTER] = "bytes (a counter)",
					     [TPM2_NT_BITS] = "bytes (a bit field)",
					     [TPM2_NT_EXTEND] = "bytes (extended like a PCR)",
					     [TPM2_NT_PIN_FAIL] = "bytes (a PIN, failures counted)",
					     [TPM2_NT_PIN_PASS] = "bytes (a PIN, uses counted)" };

/* Appends; truncated at the end. */
__attribute__((format(printf, 2, 3))) static void append(char ret[static ES_TPM_WORDS], const char *format, ...)
{
	size_t used = strlen(ret);
	va_list args;

	va_start(args, format);
	vsnprintf(ret + used, ES_TPM_WORDS - used, format, args);
	va_end(args);
}

static void append_bits(char ret[static ES_TPM_WORDS], uint32_t bits, const struct name *names, size_t count)
{
	const char *separator = ", ";

	for (size_t i = 0; i < count; i++)
		if (bits & names[i].value) {
			append(ret, "%s%s", separator, names[i].text);
			separator = "|";
		}
}

static const char *look_up(uint32_t value, const struct name *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].text;
	return "an unknown";
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

void es_tpm_key_words(const TPMT_PUBLIC *public, char ret[static ES_TPM_WORDS])
{
	const char *fault = es_storage_key_fault(public);

	ret[0] = '\0';
	if (public->type == TPM2_ALG_RSA)
		append(ret, "RSA-%u", public->parameters.rsaDetail.keyBits);
	else if (public->type == TPM2_ALG_ECC)
		append(ret, "ECC %s", look_up(public->parameters.eccDetail.curveID, curves, COUNT(curves)));
	else if (public->type == TPM2_ALG_SYMCIPHER)
		append(ret, "a symmetric key");
	else
		append(ret, "a keyed hash, or sealed data");
	append(ret, ", %s Name", look_up(public->nameAlg, hashes, COUNT(hashes)));
	append_bits(ret, public->objectAttributes, key_attributes, COUNT(key_attributes));
	if (fault != NULL)
		append(ret, ": %s", fault);
}

void es_tpm_index_words(const TPMS_NV_PUBLIC *public, char ret[static ES_TPM_WORDS])
{
	const char *kind = index_kinds[(public->attributes & TPMA_NV_TPM2_NT_MASK) >> TPMA_NV_TPM2_NT_SHIFT];

	ret[0] = '\0';
	append(ret, "NV index 0x%08x holds %u %s", public->nvIndex, public->dataSize, kind != NULL ? kind : "bytes");
	append_bits(ret, public->attributes, index_attributes, COUNT(index_attributes));
}
