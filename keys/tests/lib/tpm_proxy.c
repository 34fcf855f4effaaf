/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/tpm_proxy.h"

#include "keys/tests/lib/loopback.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CC_PCR_EVENT = 0x13c };

struct es_proxy {
	uint16_t upstream, port;
	es_proxy_fn *before, *after;
	void *arg;
	int claim, data, control, stop[2];
	atomic_uint commands;
	pthread_t thread;
	char tcti[64];
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_all(int fd, uint8_t *to, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t got = read(fd, to + n, len - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return true;
}

static bool send_all(int fd, const uint8_t *from, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t put = send(fd, from + n, len - n, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		n += (size_t)put;
	}
	return true;
}

static bool read_message(int fd, uint8_t *to, size_t cap, size_t *ret_len)
{
	if (!read_all(fd, to, 10) || be32(to + 2) < 10 || be32(to + 2) > cap)
		return false;
	*ret_len = be32(to + 2);
	return read_all(fd, to + 10, *ret_len - 10);
}

static bool ask_tpm(const struct es_proxy *p, struct es_proxy_message *m)
{
	int fd = es_loopback_connect(p->upstream);
	bool ok = fd >= 0 && send_all(fd, m->command, m->command_len) &&
		  read_message(fd, m->response, sizeof m->response, &m->response_len);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void wait_for_stop(const struct es_proxy *p)
{
	struct pollfd stop = { p->stop[0], POLLIN, 0 };

	while (poll(&stop, 1, -1) < 0 && errno == EINTR)
		;
}

static void serve_command(struct es_proxy *p, int fd)
{
	struct es_proxy_message *m = calloc(1, sizeof *m);

	check(m != NULL, "calloc");
	if (read_message(fd, m->command, sizeof m->command, &m->command_len)) {
		m->code = be32(m->command + 6);
		m->nth = atomic_fetch_add(&p->commands, 1);
		if (p->before != NULL)
			p->before(p->arg, m);
		if (m->hang)
			wait_for_stop(p);
		else if (!m->hang_up && (m->answered || ask_tpm(p, m))) {
			if (p->after != NULL && !m->answered)
				p->after(p->arg, m);
			if (!m->hang_up)
				send_all(fd, m->response, m->response_len);
		}
	}
	free(m);
}

/* tpm2-tss sets the locality when it starts; whatever it asks for is granted. */
static void serve_control(int fd)
{
	static const uint8_t granted[4];
	uint8_t request[64];

	if (read(fd, request, sizeof request) > 0)
		send_all(fd, granted, sizeof granted);
}

static void *serve(void *arg)
{
	struct es_proxy *p = arg;

	for (;;) {
		struct pollfd fds[] = { { p->stop[0], POLLIN, 0 }, { p->data, POLLIN, 0 }, { p->control, POLLIN, 0 } };
		int fd;

		if (poll(fds, 3, -1) < 0 && errno == EINTR)
			continue;
		if (fds[0].revents)
			return NULL;
		if (fds[2].revents && (fd = accept(p->control, NULL, NULL)) >= 0) {
			serve_control(fd);
			close(fd);
		}
		if (fds[1].revents && (fd = accept(p->data, NULL, NULL)) >= 0) {
			serve_command(p, fd);
			close(fd);
		}
	}
}

struct es_proxy *es_proxy_start(uint16_t upstream, es_proxy_fn *before, es_proxy_fn *after, void *arg)
{
	struct es_proxy *p = calloc(1, sizeof *p);

	check(p != NULL, "calloc");
	p->upstream = upstream;
	p->before = before;
	p->after = after;
	p->arg = arg;
	p->claim = p->data = p->control = -1;
	for (unsigned try = 0; try < 50 && p->control < 0; try++) {
		if (p->data >= 0)
			close(p->data);
		if (p->claim >= 0)
			close(p->claim);
		p->port = es_loopback_claim_pair(&p->claim);
		p->data = es_loopback_listen(p->port);
		p->control = p->data >= 0 ? es_loopback_listen((uint16_t)(p->port + 1)) : -1;
	}
	check(p->control >= 0 && pipe(p->stop) == 0 && pthread_create(&p->thread, NULL, serve, p) == 0, "proxy");
	snprintf(p->tcti, sizeof p->tcti, "swtpm:host=127.0.0.1,port=%u", p->port);
	return p;
}

void es_proxy_stop(struct es_proxy *p)
{
	if (p == NULL)
		return;
	check(write(p->stop[1], "", 1) == 1 && pthread_join(p->thread, NULL) == 0, "proxy");
	close(p->stop[0]);
	close(p->stop[1]);
	close(p->data);
	close(p->control);
	close(p->claim);
	free(p);
}

void es_proxy_stopp(struct es_proxy **p)
{
	es_proxy_stop(*p);
	*p = NULL;
}

const char *es_proxy_tcti(const struct es_proxy *p)
{
	return p->tcti;
}

unsigned es_proxy_commands(const struct es_proxy *p)
{
	return atomic_load(&p->commands);
}

void es_proxy_answer(struct es_proxy_message *m, uint32_t code)
{
	const uint8_t answer[10] = {
		0x80,         0x01, 0, 0, 0, 10, (uint8_t)(code >> 24), (uint8_t)(code >> 16), (uint8_t)(code >> 8),
		(uint8_t)code
	};

	memcpy(m->response, answer, sizeof answer);
	m->response_len = sizeof answer;
	m->answered = true;
}

void es_proxy_refuse(void *arg, struct es_proxy_message *m)
{
	struct es_proxy_refusal *plan = arg;

	if ((plan->code != 0 && plan->code != m->code) || plan->done >= plan->times)
		return;
	plan->done++;
	es_proxy_answer(m, plan->rc);
}

/* A digest for each of zero banks; then the session, or, for a command with a password, the empty one. */
void es_proxy_swallow_event(void *arg, struct es_proxy_message *m)
{
	bool password = m->command_len > 22 && m->command[18] == 0x40; /* TPM_RS_PW */
	uint8_t *at = m->response;

	(void)arg;
	if (m->code != CC_PCR_EVENT)
		return;
	memcpy(at, (const uint8_t[]){ 0x80, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0 }, 18);
	m->response_len = 18;
	if (password) {
		memcpy(at + 18, (const uint8_t[]){ 0, 0, 1, 0, 0 }, 5);
		m->response_len += 5;
	} else {
		memset(at + 18, 0, 69);
		at[19] = 32; /* nonce */
		at[52] = 1;  /* continueSession */
		at[54] = 32; /* HMAC */
		m->response_len += 69;
	}
	at[5] = (uint8_t)m->response_len;
	m->answered = true;
}
