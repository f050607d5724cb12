/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What computectl can do: a table, from which the help is made too. */

#include "ctl/bus/client.h"

/* Does the work. operands: what stands behind the verb, NULL-terminated. Returns computectl's exit status,
 * or a negative errno for a failure that was already told. */
typedef int (*VerbFunction)(Client *c, char **operands);

typedef enum VerbFlags {
        VERB_DEFAULT = 1 << 0, /* done when no verb is given */
        VERB_COMMAND = 1 << 1, /* the operands are a command with options of its own */
        VERB_TEXT = 1 << 2,    /* behind the first operand is text, whatever it looks like */
} VerbFlags;

#define VERB_ANY SIZE_MAX

typedef struct Verb {
        const char *name;
        size_t min_operands, max_operands;
        VerbFlags flags;
        VerbFunction function;
        const char *operands; /* as the help shows them */
        const char *help;
} Verb;

/* NULL: there is none of this name. A NULL name is the default verb. */
const Verb *verb_find(const char *name);
/* As RestBegins, for arguments_parse(). */
bool verb_takes_rest(const char *verb_name, size_t n);
/* All of them; the last has no name. */
const Verb *verb_table(void);

/* Finds the verb among the words, checks how many operands it has, does it. As VerbFunction. */
int verbs_dispatch(Client *c, char **words);

/* Prints the help. Returns 0. */
int verbs_help(void);

int verb_list(Client *c, char **operands);
int verb_status(Client *c, char **operands);
int verb_show(Client *c, char **operands);
int verb_terminal(Client *c, char **operands);
int verb_notebook(Client *c, char **operands);
int verb_run(Client *c, char **operands);
int verb_output(Client *c, char **operands);
int verb_console(Client *c, char **operands);
int verb_environment(Client *c, char **operands);
int verb_interrupt(Client *c, char **operands);
int verb_restart(Client *c, char **operands);
int verb_kernelspec(Client *c, char **operands);
int verb_attach(Client *c, char **operands);
int verb_send(Client *c, char **operands);
int verb_snapshot(Client *c, char **operands);
int verb_limit(Client *c, char **operands);
int verb_rename(Client *c, char **operands);
int verb_set_notebook(Client *c, char **operands);
int verb_stop(Client *c, char **operands);
int verb_thaw(Client *c, char **operands);
int verb_kill(Client *c, char **operands);
int verb_freeze(Client *c, char **operands);
int verb_history(Client *c, char **operands);
