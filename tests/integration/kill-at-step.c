/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into a service by a test, kills it between any two steps of what it does.
 *
 * A step is a moment that another process could notice to have passed: before and after a message is sent
 * (to the bus, to a keeper, to the manager, to systemd, to the journal), after one is received, before and
 * after a name in the file system is made, moved or removed. $KILL_AT_STEP names a file of four bytes, the
 * number of steps left to live: it is counted down to 0, at which the process sends itself SIGKILL. At 0
 * nothing is counted, so the next process lives. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int *steps_left;
static pid_t counted; /* not what it forks */

__attribute__((constructor)) static void begin(void) {
        const char *path = getenv("KILL_AT_STEP");
        void *map;
        int fd;

        fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
        if (fd < 0)
                return;
        map = mmap(NULL, sizeof(atomic_int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        (void) close(fd);
        if (map == MAP_FAILED)
                return;
        /* A payload inherits the environment, but is not what is to be killed. */
        (void) unsetenv("KILL_AT_STEP");
        (void) unsetenv("LD_PRELOAD");
        steps_left = map;
        counted = getpid();
}

static void step(void) {
        if (steps_left && getpid() == counted && atomic_load(steps_left) > 0 &&
                atomic_fetch_sub(steps_left, 1) == 1)
                (void) kill(counted, SIGKILL);
}

/* The function that ours stands before. */
static void *next(const char *name) {
        void *function = dlsym(RTLD_NEXT, name);

        if (!function)
                abort();
        return function;
}

/* Everything else here is built with hidden symbols. */
#define EXPORTED __attribute__((visibility("default")))

#define STEPS_AROUND(type, name, parameters, arguments)   \
        EXPORTED type name parameters {                   \
                type(*function) parameters = next(#name); \
                type result;                              \
                int saved_errno;                          \
                                                          \
                step();                                   \
                result = function arguments;              \
                saved_errno = errno;                      \
                step();                                   \
                errno = saved_errno;                      \
                return result;                            \
        }

STEPS_AROUND(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
STEPS_AROUND(int, bind, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
STEPS_AROUND(int, renameat, (int from_fd, const char *from, int to_fd, const char *to),
        (from_fd, from, to_fd, to))
STEPS_AROUND(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
STEPS_AROUND(int, unlink, (const char *path), (path))

EXPORTED ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
        ssize_t (*function)(int, struct msghdr *, int) = next("recvmsg");
        ssize_t n;

        n = function(fd, message, flags);
        /* What is not there yet is no step; sd-bus looks for more after every message. */
        if (n > 0)
                step();
        return n;
}
