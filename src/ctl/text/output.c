/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard output: a buffer, a pager, colours. */

#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/text/output.h"
#include "shared/log.h"
#include "shared/parse.h"
#include "shared/strv.h"

#define LESS_OPTIONS "FRSXMK"

int output_begin(Output *o) {
        *o = (Output){};
        o->stream = open_memstream(&o->text, &o->size);
        return o->stream ? 0 : -ENOMEM;
}

int output_error(FILE *f) {
        if (!ferror(f))
                return 0;
        return errno > 0 ? -errno : -EIO;
}

void output_done(Output *o) {
        if (o->stream)
                (void) fclose(o->stream);
        free(o->text);
        *o = (Output){};
}

static bool window_size(struct winsize *ret) {
        return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, ret) >= 0;
}

size_t output_columns(void) {
        struct winsize size;

        if (!isatty(STDOUT_FILENO))
                return 0;
        return window_size(&size) && size.ws_col > 0 ? size.ws_col : 80;
}

static bool terminal_is_dumb(void) {
        const char *term = getenv("TERM");

        return isempty(term) || streq(term, "dumb");
}

bool output_has_colors(void) {
        static int cached = -1;
        const char *wanted = getenv("SYSTEMD_COLORS");
        bool b;

        if (cached < 0) {
                if (wanted)
                        cached = parse_boolean(wanted, &b) < 0 || b;
                else
                        cached = isempty(getenv("NO_COLOR")) && isatty(STDOUT_FILENO) && !terminal_is_dumb();
        }
        return cached;
}

static const char *color(const char *sequence) {
        return output_has_colors() ? sequence : "";
}

const char *color_good(void) {
        return color("\033[0;1;32m");
}

const char *color_warning(void) {
        return color("\033[0;1;33m");
}

const char *color_dim(void) {
        return color("\033[0;2m");
}

const char *color_normal(void) {
        return color("\033[0m");
}

static bool has_utf8(void) {
        return streq(nl_langinfo(CODESET), "UTF-8");
}

const char *glyph_bullet(void) {
        return has_utf8() ? "●" : "*";
}

const char *glyph_ellipsis(void) {
        return has_utf8() ? "…" : "...";
}

static bool output_fits(const Output *o) {
        struct winsize size;
        size_t lines = 0;

        if (!window_size(&size) || size.ws_row == 0)
                return true;
        for (const char *p = o->text; (p = strchr(p, '\n')); p++)
                lines++;
        return lines < size.ws_row;
}

/* The pager wanted, split at spaces; "less" if nothing is said; an empty vector for none. */
static int pager_command(bool secure, char ***ret) {
        _cleanup_strv_ char **words = NULL;
        const char *wanted = getenv("SYSTEMD_PAGER");
        int r;

        if (!wanted)
                wanted = getenv("PAGER");
        if (!wanted || (secure && !isempty(wanted) && !streq(wanted, "cat")))
                wanted = "less";
        if (streq(wanted, "cat"))
                wanted = "";
        for (const char *p = wanted; *(p += strspn(p, " \t"));) {
                size_t length = strcspn(p, " \t");

                r = strv_consume(&words, strndup(p, length));
                if (r < 0)
                        return r;
                p += length;
        }
        *ret = TAKE_PTR(words);
        return 0;
}

/* A pager can start programs, which nobody wants who was given rights for this program only. */
static bool pager_must_be_secure(void) {
        const char *wanted = getenv("SYSTEMD_PAGERSECURE");
        bool b;

        if (wanted)
                return parse_boolean(wanted, &b) < 0 || b;
        return getenv("SUDO_UID") || geteuid() != getuid();
}

static _Noreturn void pager_run(char **command, int input, bool secure) {
        const char *options = getenv("SYSTEMD_LESS");

        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (dup2(input, STDIN_FILENO) < 0)
                _exit(EXIT_FAILURE);
        (void) setenv("LESS", options ? options : LESS_OPTIONS, 1);
        if (secure)
                (void) setenv("LESSSECURE", "1", 1);
        (void) execvp(command[0], command);
        (void) execlp("more", "more", NULL);
        (void) execlp("cat", "cat", NULL);
        _exit(EXIT_FAILURE);
}

/* Returns 1 if a pager showed it, 0 if none is wanted. */
static int pager_show(const Output *o) {
        _cleanup_close_ int reader = -EBADF, writer = -EBADF;
        _cleanup_strv_ char **command = NULL;
        bool secure = pager_must_be_secure();
        int pipes[2], r;
        pid_t pid;

        r = pager_command(secure, &command);
        if (r < 0 || !command)
                return r;
        if (pipe2(pipes, O_CLOEXEC) < 0)
                return -errno;
        reader = pipes[0];
        writer = pipes[1];
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                pager_run(command, reader, secure);

        /* Ctrl-C is the pager's; one that is left early makes our writing fail. */
        (void) signal(SIGINT, SIG_IGN);
        (void) signal(SIGPIPE, SIG_IGN);
        reader = safe_close(reader);
        for (size_t done = 0; done < o->size;) {
                ssize_t n = write(writer, o->text + done, o->size - done);

                if (n < 0)
                        break;
                done += (size_t) n;
        }
        writer = safe_close(writer);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        return 1;
}

int output_show(Output *o, bool with_pager) {
        int r;

        if (fflush(o->stream) != 0)
                return log_oom();
        if (with_pager && isatty(STDOUT_FILENO) && !terminal_is_dumb() && !output_fits(o)) {
                r = pager_show(o);
                if (r < 0)
                        log_debug_errno(r, "Failed to start a pager, going on without: %m");
                if (r > 0)
                        return 0;
        }
        if (fwrite(o->text, 1, o->size, stdout) != o->size || fflush(stdout) != 0) {
                if (errno == EPIPE)
                        return 0;
                return log_error_errno(errno, "Failed to write the output: %m");
        }
        return 0;
}
