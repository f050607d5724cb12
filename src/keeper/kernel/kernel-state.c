/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel is doing.
 *
 * A kernel publishes "busy" before and "idle" after each request, a front-end's probes included: so which
 * request it was is what counts. Kernels with subshells carry out several at once. */

#include "keeper/kernel/kernel-state.h"

static const char *const names[_KERNEL_STATUS_MAX] = {
        [KERNEL_STATUS_STARTING] = "starting",
        [KERNEL_STATUS_IDLE] = "idle",
        [KERNEL_STATUS_BUSY] = "busy",
        [KERNEL_STATUS_DEAD] = "dead",
};

const char *kernel_status_to_string(KernelStatus status) {
        return names[status];
}

bool request_is_work(const char *type) {
        return streq(type, "execute_request") || streq(type, "comm_open") || streq(type, "comm_msg") ||
                streq(type, "comm_close");
}

bool request_is_activity(const char *type) {
        return request_is_work(type) || streq(type, "complete_request") || streq(type, "inspect_request") ||
                streq(type, "debug_request");
}

void kernel_state_check(KernelState *s) {
        if (s->status >= _KERNEL_STATUS_MAX)
                s->status = KERNEL_STATUS_IDLE;
        s->n_requests = MIN(s->n_requests, (uint32_t) KERNEL_REQUESTS_MAX);
        s->language[sizeof(s->language) - 1] = 0;
}

static bool set_status(KernelState *s, KernelStatus status, usec_t now) {
        if (s->status == status)
                return false;
        s->status = status;
        s->since = now;
        return true;
}

static bool settle(KernelState *s, usec_t now) {
        if (s->status == KERNEL_STATUS_DEAD || !s->is_ready)
                return false;
        return set_status(s, s->n_requests > 0 ? KERNEL_STATUS_BUSY : KERNEL_STATUS_IDLE, now);
}

/* FNV-1a; never 0. */
static uint64_t hash_id(JsonSpan id) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);

        for (size_t i = 0; i < id.size; i++)
                hash = (hash ^ (uint8_t) id.data[i]) * UINT64_C(0x100000001b3);
        return hash | 1;
}

static void drop_request(KernelState *s, uint32_t i) {
        uint32_t above = s->stale & ~((2U << i) - 1);

        s->n_requests--;
        memmove(s->requests + i, s->requests + i + 1, (s->n_requests - i) * sizeof(s->requests[0]));
        s->stale = (s->stale & ((1U << i) - 1)) | above >> 1;
}

static void begin_request(KernelState *s, uint64_t id) {
        for (uint32_t i = 0; i < s->n_requests; i++)
                if (s->requests[i] == id)
                        return;
        if (s->n_requests == KERNEL_REQUESTS_MAX)
                drop_request(s, 0);
        s->requests[s->n_requests] = id;
        s->stale &= ~(1U << s->n_requests);
        s->n_requests++;
}

static void end_request(KernelState *s, uint64_t id) {
        for (uint32_t i = 0; i < s->n_requests; i++)
                if (s->requests[i] == id) {
                        drop_request(s, i);
                        return;
                }
}

static void forget_requests(KernelState *s) {
        s->n_requests = 0;
        s->stale = 0;
}

bool kernel_state_start(KernelState *s, usec_t now) {
        forget_requests(s);
        s->execution_count = 0;
        s->is_ready = false;
        if (s->since == 0)
                s->since = now;
        return set_status(s, KERNEL_STATUS_STARTING, now);
}

static bool read_status(KernelState *s, const JupyterMessage *m, usec_t now) {
        JsonMember members[] = { { .key = "execution_state" } };
        char state[16];

        if (json_scan_object(m->content, members, ELEMENTSOF(members)) < 0 ||
                json_scan_string(members[0].value, state, sizeof(state)) < 0)
                return false;
        if (streq(state, "starting"))
                forget_requests(s);
        else if (streq(state, "busy") && m->parent_id.data && request_is_work(m->parent_type))
                begin_request(s, hash_id(m->parent_id));
        else if (streq(state, "idle") && m->parent_id.data)
                end_request(s, hash_id(m->parent_id));
        return settle(s, now);
}

static bool read_input(KernelState *s, const JupyterMessage *m) {
        JsonMember members[] = { { .key = "execution_count" } };
        uint64_t count;

        if (json_scan_object(m->content, members, ELEMENTSOF(members)) < 0 ||
                json_scan_number(members[0].value, &count) < 0 || count > UINT32_MAX ||
                count == s->execution_count)
                return false;
        s->execution_count = (uint32_t) count;
        return true;
}

bool kernel_state_message(KernelState *s, const JupyterMessage *m, usec_t now) {
        if (streq(m->type, "status"))
                return read_status(s, m, now);
        if (streq(m->type, "execute_input"))
                return read_input(s, m);
        return false;
}

bool kernel_state_language(KernelState *s, JsonSpan info) {
        JsonMember members[] = { { .key = "language_info" } }, language[] = { { .key = "name" } };
        char name[KERNEL_LANGUAGE_SIZE];

        if (json_scan_object(info, members, ELEMENTSOF(members)) < 0 || !members[0].value.data ||
                json_scan_object(members[0].value, language, ELEMENTSOF(language)) < 0 ||
                json_scan_string(language[0].value, name, sizeof(name)) < 0 || streq(name, s->language))
                return false;
        memcpy(s->language, name, sizeof(name));
        return true;
}

bool kernel_state_ready(KernelState *s, usec_t now) {
        s->is_ready = true;
        for (uint32_t i = s->n_requests; i > 0; i--)
                if (s->stale & (1U << (i - 1)))
                        drop_request(s, i - 1);
        return set_status(s, s->n_requests > 0 ? KERNEL_STATUS_BUSY : KERNEL_STATUS_IDLE, now);
}

void kernel_state_gap(KernelState *s) {
        s->stale = (1U << s->n_requests) - 1;
}

bool kernel_state_end(KernelState *s, usec_t now) {
        forget_requests(s);
        return set_status(s, KERNEL_STATUS_DEAD, now);
}
