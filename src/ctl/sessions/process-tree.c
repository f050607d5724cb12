/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Draws the processes of a unit: first those in its own cgroup, then each cgroup below. */

#include <inttypes.h>
#include <langinfo.h>

#include "ctl/sessions/process-tree.h"
#include "ctl/text/format.h"
#include "ctl/text/output.h"
#include "shared/text.h"

#define DEPTH_MAX   16
#define COMMAND_MAX 4096U

/* Like strcmp(), but what is below a cgroup comes before its neighbours: a, a/b, a-c. */
static int compare_paths(const char *a, const char *b) {
        while (*a && *a == *b) {
                a++;
                b++;
        }
        if (*a == *b)
                return 0;
        if (*a == '/' || *b == '/')
                return *a == 0 || (*a == '/' && *b != 0) ? -1 : 1;
        return (unsigned char) *a < (unsigned char) *b ? -1 : 1;
}

static int compare_entries(const void *a, const void *b) {
        const ProcessEntry *x = a, *y = b;
        int r = compare_paths(x->cgroup, y->cgroup);

        return r != 0 ? r : x->pid < y->pid ? -1 : x->pid > y->pid;
}

void process_tree_done(ProcessTree *t) {
        for (size_t i = 0; i < t->n_entries; i++) {
                free(t->entries[i].cgroup);
                free(t->entries[i].command);
        }
        free(t->entries);
        *t = (ProcessTree){};
}

int process_tree_read(ProcessTree *t, sd_bus_message *m) {
        const char *cgroup, *command;
        uint32_t pid;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(sus)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(sus)", &cgroup, &pid, &command)) > 0) {
                ProcessEntry *grown = reallocarray(t->entries, t->n_entries + 1, sizeof(*grown));

                if (!grown)
                        return -ENOMEM;
                t->entries = grown;
                grown[t->n_entries] = (ProcessEntry){
                        .cgroup = strdup(cgroup),
                        .command = text_sanitize(command, COMMAND_MAX),
                        .pid = pid,
                };
                t->n_entries++;
                if (!grown[t->n_entries - 1].cgroup || !grown[t->n_entries - 1].command)
                        return -ENOMEM;
        }
        if (r < 0)
                return r;
        if (t->n_entries > 0)
                qsort(t->entries, t->n_entries, sizeof(ProcessEntry), compare_entries);
        return 0;
}

int process_tree_fetch(ProcessTree *t, Client *c, const char *unit) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_call_method(c->bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager", "GetUnitProcesses", NULL, &reply, "s", unit);
        return r < 0 ? r : process_tree_read(t, reply);
}

const char *process_tree_command(const ProcessTree *t, uint32_t pid) {
        for (size_t i = 0; i < t->n_entries; i++)
                if (t->entries[i].pid == pid)
                        return t->entries[i].command;
        return NULL;
}

/* What the lines of a tree are made of. */
typedef struct Glyphs {
        const char *branch, *last, *line;
} Glyphs;

static const Glyphs *glyphs(void) {
        static const Glyphs utf8 = { "├─", "└─", "│ " }, ascii = { "|-", "`-", "| " };

        return streq(nl_langinfo(CODESET), "UTF-8") ? &utf8 : &ascii;
}

/* How many characters the paths have in common, up to a slash. */
static size_t common_path(const ProcessEntry *first, size_t n) {
        size_t common = strlen(first[0].cgroup);

        for (size_t i = 1; i < n; i++) {
                size_t k = 0;

                while (k < common && first[i].cgroup[k] == first[0].cgroup[k])
                        k++;
                if (k < common || (first[i].cgroup[k] != 0 && first[i].cgroup[k] != '/')) {
                        while (k > 0 && first[0].cgroup[k] != '/')
                                k--;
                        common = k;
                }
        }
        return common;
}

static void print_line(FILE *f, const char *prefix, const char *glyph, size_t width, const char *text) {
        size_t used = text_columns(prefix) + text_columns(glyph);
        _cleanup_free_ char *cut = text_ellipsize(text, width > used ? width - used : width > 0 ? 1 : 0);

        fprintf(f, "%s%s%s%s%s\n", prefix, color_dim(), glyph, color_normal(), strempty(cut));
}

/* How many of the entries are in the cgroup of the first, or below: the one whose path has this length. */
static size_t count_members(const ProcessEntry *entries, size_t n, size_t length) {
        size_t members = 0;

        while (members < n && strncmp(entries[members].cgroup, entries[0].cgroup, length) == 0 &&
                (entries[members].cgroup[length] == '/' || entries[members].cgroup[length] == 0))
                members++;
        return members;
}

/* One cgroup: the n entries are all in it or below; base: how long its path is. */
static void print_group(const ProcessEntry *entries, size_t n, size_t base, FILE *f, const char *prefix,
        size_t width, int depth) {
        size_t members;

        for (size_t i = 0; i < n; i += members) {
                const char *path = entries[i].cgroup, *glyph;
                _cleanup_free_ char *text = NULL, *name = NULL, *deeper = NULL;
                bool is_leaf = path[base] == 0 || depth >= DEPTH_MAX;
                size_t length = is_leaf ? base : base + 1 + strcspn(path + base + 1, "/");

                members = is_leaf ? 1 : count_members(entries + i, n - i, length);
                glyph = i + members == n ? glyphs()->last : glyphs()->branch;
                if (is_leaf) {
                        if (asprintf(&text, "%" PRIu32 " %s", entries[i].pid, entries[i].command) < 0)
                                return;
                        print_line(f, prefix, glyph, width, text);
                        continue;
                }
                name = strndup(path + base + 1, length - base - 1);
                text = name ? text_sanitize(name, COMMAND_MAX) : NULL;
                if (!text || asprintf(&deeper, "%s%s", prefix, i + members == n ? "  " : glyphs()->line) < 0)
                        return;
                print_line(f, prefix, glyph, width, text);
                print_group(entries + i, members, length, f, deeper, width, depth + 1);
        }
}

void process_tree_print(const ProcessTree *t, FILE *f, const char *prefix, size_t width) {
        if (t->n_entries == 0)
                return;
        print_group(t->entries, t->n_entries, common_path(t->entries, t->n_entries), f, prefix, width, 0);
}
