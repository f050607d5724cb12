/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* HMAC-SHA256 by nettle, which is loaded when the first key is made: terminals' keepers never pay for it. */

#include <dlfcn.h>
#include <nettle/hmac.h>

#include "keeper/jupyter/message-key.h"
#include "shared/dlopen-note.h"

DLOPEN_NOTE(nettle_note, "kernels", "Checks signatures of what Jupyter kernels say", "recommended",
        NETTLE_SONAME);

struct MessageKey {
        bool is_empty;
        struct hmac_sha256_ctx context;
};

static struct {
        void *handle;
        __typeof__(hmac_sha256_set_key) *set_key;
        __typeof__(hmac_sha256_update) *update;
        __typeof__(hmac_sha256_digest) *digest;
} nettle;

static int nettle_load(void) {
        if (nettle.handle)
                return 0;
        nettle.handle = dlopen(NETTLE_SONAME, RTLD_NOW | RTLD_LOCAL);
        if (!nettle.handle)
                return -ELIBACC;
                /* A name of a header may be a macro for that of the symbol. */
#define SYMBOL_(name) #name
#define SYMBOL(name)  SYMBOL_(name)
        nettle.set_key = dlsym(nettle.handle, SYMBOL(hmac_sha256_set_key));
        nettle.update = dlsym(nettle.handle, SYMBOL(hmac_sha256_update));
        nettle.digest = dlsym(nettle.handle, SYMBOL(hmac_sha256_digest));
        if (nettle.set_key && nettle.update && nettle.digest)
                return 0;
        (void) dlclose(TAKE_PTR(nettle.handle));
        return -ELIBACC;
}

int message_key_new(const char *key, MessageKey **ret) {
        MessageKey *k;
        int r;

        r = nettle_load();
        if (r < 0)
                return r;
        k = calloc(1, sizeof(*k));
        if (!k)
                return -ENOMEM;
        k->is_empty = !*key;
        nettle.set_key(&k->context, strlen(key), (const uint8_t *) key);
        *ret = k;
        return 0;
}

MessageKey *message_key_free(MessageKey *k) {
        if (!k)
                return NULL;
        explicit_bzero(k, sizeof(*k));
        free(k);
        return NULL;
}

size_t message_key_sign(MessageKey *k, const SignedPart *parts, size_t n_parts, char ret[SIGNATURE_SIZE]) {
        static const char digits[] = "0123456789abcdef";
        uint8_t digest[SHA256_DIGEST_SIZE];

        if (k->is_empty)
                return 0;
        for (size_t i = 0; i < n_parts; i++)
                nettle.update(&k->context, parts[i].size, parts[i].data);
        nettle.digest(&k->context, sizeof(digest), digest);
        for (size_t i = 0; i < sizeof(digest); i++) {
                ret[2 * i] = digits[digest[i] >> 4];
                ret[2 * i + 1] = digits[digest[i] & 0xf];
        }
        return SIGNATURE_SIZE;
}

bool message_key_verify(
        MessageKey *k, const SignedPart *parts, size_t n_parts, const void *signature, size_t size) {
        const char *theirs = signature;
        char ours[SIGNATURE_SIZE];
        uint8_t difference = 0;

        if (k->is_empty)
                return true;
        (void) message_key_sign(k, parts, n_parts, ours);
        if (size != sizeof(ours))
                return false;
        for (size_t i = 0; i < sizeof(ours); i++)
                difference |= (uint8_t) (ours[i] ^ theirs[i]);
        return difference == 0;
}
