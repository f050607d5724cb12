/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Random and boundary values of every D-Bus type. */

#include <stdio.h>
#include <unistd.h>

#include "tests/fuzz/bus-values.h"

#define DEPTH_MAX   6
#define LONG_STRING 70000
#define VALUES_MAX  20000
#ifdef __SANITIZE_ADDRESS__
/* What reads it there, too, copies all that there is for each piece that comes (its realloc() always
 * moves). */
#define HUGE_STRING (1024 * 1024)
#else
#define HUGE_STRING (30 * 1024 * 1024)
#endif

static const char *const strings[] = { "", " ", "all", "leader", "notebook", "terminal", "python3", "nope",
        "keep", "stop", "5min", "infinity", "auto", "ipc", "tcp", "latest", "largest", "manual", "/", "/tmp",
        "/tmp/../etc", "/nonexistent/a.ipynb", "/nonexistent/b.ipynb", "/etc/shadow", "/proc/self/root",
        "sleep", "A=b", "=", "A", "\033[31m", "\033]0;title\a", "a\nb", "\xe2\x80\xae", "\xc3\xbc", "%s%n%n",
        "$(reboot)", "t1", "n1", "t0", "t18446744073709551615", "t18446744073709551616", "compute-t1.scope",
        "Name", "Command", "WorkingDirectory", "Environment", "Rows", "Columns", "OnDetach", "Transport",
        "Notebook", "KernelName", "ConnectionFile", "ReadOnly", "Raw", "Scrollback", "SizePolicy", "Styles",
        "OutputBufferSize", "Lines", "Follow", "RestartOnCrash", "RecordOutputs", "MemoryMax",
        "MemoryMaxScale", "MemoryHigh", "MemorySwapMax", "CPUQuotaPerSecUSec", "CPUWeight", "IOWeight",
        "TasksMax", "org.computesession1.Manager", "org.computesession1.Session" };

static const uint64_t numbers[] = { 0, 1, 2, 9, 15, 24, 80, 127, 128, 255, 256, 10000, 10001, 32767, 32768,
        65535, 65536, INT32_MAX, (uint64_t) INT32_MAX + 1, UINT32_MAX, (uint64_t) UINT32_MAX + 1, INT64_MAX,
        (uint64_t) INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX };

uint64_t dice_number(Dice *d) {
        /* splitmix64 */
        uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

uint64_t dice_roll(Dice *d, uint64_t n) {
        return dice_number(d) % n;
}

static int append_long_string(Dice *d, sd_bus_message *m, size_t length) {
        _cleanup_free_ char *s = malloc(length + 1);

        if (!s)
                return -ENOMEM;
        memset(s, 'a' + (int) dice_roll(d, 26), length);
        s[0] = dice_roll(d, 2) == 0 ? '/' : 'a';
        s[length] = 0;
        return sd_bus_message_append_basic(m, 's', s);
}

static int append_string(Dice *d, sd_bus_message *m) {
        char text[64];
        size_t n;

        if (d->n_words > 0 && dice_roll(d, 2) == 0)
                return sd_bus_message_append_basic(m, 's', d->words[dice_roll(d, d->n_words)]);
        if (dice_roll(d, 500) == 0)
                return append_long_string(d, m, LONG_STRING);
        if (dice_roll(d, 4) > 0)
                return sd_bus_message_append_basic(m, 's', strings[dice_roll(d, ELEMENTSOF(strings))]);
        n = dice_roll(d, sizeof(text));
        for (size_t i = 0; i < n; i++)
                text[i] = (char) (1 + dice_roll(d, 127));
        text[n] = 0;
        return sd_bus_message_append_basic(m, 's', text);
}

static int append_path(Dice *d, sd_bus_message *m) {
        static const char *const paths[] = { "/", "/org/computesession1", "/org/computesession1/session/t1",
                "/a/b_c" };

        return sd_bus_message_append_basic(m, 'o', paths[dice_roll(d, ELEMENTSOF(paths))]);
}

static int append_basic(Dice *d, sd_bus_message *m, char type) {
        uint64_t value = dice_roll(d, 4) == 0 ? dice_number(d) : numbers[dice_roll(d, ELEMENTSOF(numbers))];
        int yes = (int) (value & 1);
        const int fd = STDERR_FILENO;

        switch (type) {
        case 's':
                return append_string(d, m);
        case 'o':
                return append_path(d, m);
        case 'g':
                return sd_bus_message_append_basic(m, 'g', values_signature(d));
        case 'h':
                return sd_bus_message_append_basic(m, 'h', &fd);
        case 'b':
                return sd_bus_message_append_basic(m, 'b', &yes);
        default:
                return sd_bus_message_append_basic(m, type, &value);
        }
}

/* The length of the first complete type. */
static size_t type_length(const char *s) {
        size_t depth = 0, n = 0;

        if (s[0] == 'a')
                return 1 + type_length(s + 1);
        do {
                depth += s[n] == '(' || s[n] == '{';
                depth -= s[n] == ')' || s[n] == '}';
                n++;
        } while (depth > 0 && s[n]);
        return n;
}

static int append(Dice *d, sd_bus_message *m, const char *signature, unsigned depth);

static int append_container(Dice *d, sd_bus_message *m, char type, const char *contents, unsigned depth) {
        uint64_t n = 1;
        int r;

        if (type == 'a')
                n = depth > DEPTH_MAX ? 0 : dice_roll(d, 1000) == 0 ? 3000 : dice_roll(d, 5);
        r = sd_bus_message_open_container(m, type, contents);
        for (; r >= 0 && n > 0 && (type != 'a' || d->left > 0); n--) {
                d->left -= type == 'a';
                r = append(d, m, contents, depth + 1);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append(Dice *d, sd_bus_message *m, const char *signature, unsigned depth) {
        int r = 0;

        for (size_t length; r >= 0 && *signature; signature += length) {
                _cleanup_free_ char *inner = NULL;

                length = type_length(signature);
                switch (signature[0]) {
                case 'a':
                        inner = strndup(signature + 1, length - 1);
                        r = inner ? append_container(d, m, 'a', inner, depth) : -ENOMEM;
                        break;
                case '(':
                case '{':
                        inner = strndup(signature + 1, length - 2);
                        r = inner ? append_container(d, m, signature[0] == '(' ? 'r' : 'e', inner, depth)
                                  : -ENOMEM;
                        break;
                case 'v': {
                        static const char *const types[] = { "s", "as", "u", "b", "t", "i", "o", "d", "v",
                                "a{sv}", "(su)", "ay", "y" };

                        r = append_container(d, m, 'v',
                                depth > DEPTH_MAX ? "s" : types[dice_roll(d, ELEMENTSOF(types))], depth);
                        break;
                }
                default:
                        r = append_basic(d, m, signature[0]);
                }
        }
        return r;
}

int values_append(Dice *d, sd_bus_message *m, const char *signature) {
        d->left = VALUES_MAX;
        if (signature[0] == 's' && dice_roll(d, 5000) == 0) {
                int r = append_long_string(d, m, HUGE_STRING);

                d->left = 100;
                return r < 0 ? r : append(d, m, signature + 1, 0);
        }
        return append(d, m, signature, 0);
}

const char *values_signature(Dice *d) {
        static const char *const signatures[] = { "", "s", "ss", "sss", "u", "i", "t", "b", "d", "y", "v",
                "o", "g", "as", "ay", "av", "a{sv}", "sa{sv}", "ssa{sv}", "a{ss}", "a{sa{sv}}", "(su)",
                "a(su)", "uu", "uua{sv}", "si", "ssi", "aaaas", "((((s))))", "ssv", "h", "ah",
                "sssssssssssssss" };

        return signatures[dice_roll(d, ELEMENTSOF(signatures))];
}
