/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Threads beside the loop. */

#include <pthread.h>
#include <signal.h>

#include "manager/base/thread.h"

#define STACK_SIZE (64U * 1024U)

int thread_start(void *(*run)(void *userdata), void *userdata) {
        pthread_attr_t attributes;
        sigset_t all, before;
        pthread_t thread;
        int r;

        r = pthread_attr_init(&attributes);
        if (r != 0)
                return -r;
        (void) pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        (void) pthread_attr_setstacksize(&attributes, STACK_SIZE);
        /* Signals are the loop's. */
        sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&thread, &attributes, run, userdata);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        (void) pthread_attr_destroy(&attributes);
        return -r;
}
