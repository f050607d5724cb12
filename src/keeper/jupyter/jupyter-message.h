/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages of Jupyter's wire protocol (jupyter-client.readthedocs.io, "Messaging in Jupyter"):
 *
 *      topic or identities | <IDS|MSG> | signature | header | parent_header | metadata | content | buffers
 */

#include "keeper/jupyter/json-scan.h"
#include "keeper/jupyter/message-key.h"

#define MESSAGE_PARTS_MAX 1024 /* that are looked at */
#define MESSAGE_TYPE_SIZE 48
#define MESSAGE_ID_SIZE   40

/* A part of a received message, in the memory of whoever received it. */
typedef SignedPart MessagePart;

typedef struct JupyterMessage {
        char type[MESSAGE_TYPE_SIZE];
        char parent_type[MESSAGE_TYPE_SIZE]; /* "" if it has no parent */
        JsonSpan parent_id;         /* a JSON string, with its quotes; no data if it has no parent */
        JsonSpan content;           /* a JSON object */
        char *repaired;             /* it, if it had to be */
        const MessagePart *buffers; /* binary values, in the memory of whoever received it */
        size_t n_buffers;
} JupyterMessage;

/* Takes a message apart, checks its signature, and that its headers and content are JSON objects. What ret
 * points to are the parts, and what jupyter_message_done() frees. What is not UTF-8 in the content, as
 * Python writes it for file names that are none, is replaced. -EBADMSG: that is no message; *ret_reason is
 * then a static sentence's end, such as "its signature is wrong". */
int jupyter_message_read(MessageKey *key, const MessagePart *parts, size_t n_parts, JupyterMessage *ret,
        const char **ret_reason);

void jupyter_message_done(JupyterMessage *m);

#define _cleanup_jupyter_message_ _cleanup_(jupyter_message_done)

/* A message to a kernel. */
typedef struct JupyterRequest {
        char id[MESSAGE_ID_SIZE];
        char header[512];
        char signature[SIGNATURE_SIZE];
        MessagePart parts[6];
        size_t n_parts;
} JupyterRequest;

/* Makes a request of the type with the content, a JSON object that must live as long as the request. */
int jupyter_request_make(MessageKey *key, const char *type, const char *content, JupyterRequest *ret);
