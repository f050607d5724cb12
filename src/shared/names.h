/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fixed names of the product: bus name, paths, interfaces, errors. Stable interface; see dbus/. */

#define BUS_NAME          "org.computesession1"
#define BUS_PATH          "/org/computesession1"
#define SESSION_PATH      "/org/computesession1/session"
#define MANAGER_INTERFACE "org.computesession1.Manager"
#define SESSION_INTERFACE "org.computesession1.Session"

/* Own errors. Each comes with a sentence that says what to do. Refusals use the well-known
 * org.freedesktop.DBus.Error.AccessDenied, as logind's and machined's do. */
#define ERROR_NO_SUCH_SESSION    "org.computesession1.Error.NoSuchSession"
#define ERROR_INVALID_ARGUMENT   "org.computesession1.Error.InvalidArgument"
#define ERROR_UNKNOWN_OPTION     "org.computesession1.Error.UnknownOption"
#define ERROR_LIMIT_REACHED      "org.computesession1.Error.LimitReached"
#define ERROR_START_FAILED       "org.computesession1.Error.StartFailed"
#define ERROR_START_TIMED_OUT    "org.computesession1.Error.StartTimedOut"
#define ERROR_STOPPED            "org.computesession1.Error.Stopped"
#define ERROR_NO_SUCH_KERNEL     "org.computesession1.Error.NoSuchKernel"
#define ERROR_INVALID_KERNELSPEC "org.computesession1.Error.InvalidKernelSpec"
#define ERROR_KERNEL_NOT_READY   "org.computesession1.Error.KernelNotReady"
#define ERROR_NOT_SUPPORTED      "org.computesession1.Error.NotSupported"
#define ERROR_NOTEBOOK_IN_USE    "org.computesession1.Error.NotebookInUse"
#define ERROR_NO_SUCH_COMMAND    "org.computesession1.Error.NoSuchCommand"
#define ERROR_NO_WORKING_DIR     "org.computesession1.Error.NoWorkingDirectory"
#define ERROR_NO_NOTEBOOK        "org.computesession1.Error.NotebookNotAccessible"
#define ERROR_ALREADY_IN_SESSION "org.computesession1.Error.AlreadyInSession"
#define ERROR_NOT_FROM_SERVICE   "org.computesession1.Error.NotFromService"
#define ERROR_ACCOUNT_REFUSED    "org.computesession1.Error.AccountRefused"
#define ERROR_NOT_RECORDED       "org.computesession1.Error.NotRecorded"
#define ERROR_NOT_ATTACHABLE     "org.computesession1.Error.NotAttachable"
#define ERROR_CIRCULAR           "org.computesession1.Error.CircularAttach"
#define ERROR_NO_KEEPER          "org.computesession1.Error.KeeperNotAvailable"
#define ERROR_FREEZE_FAILED      "org.computesession1.Error.FreezeFailed"
#define ERROR_LIMIT_NOT_TAKEN    "org.computesession1.Error.LimitNotTaken"
#define ERROR_NO_SUCH_PROCESS    "org.computesession1.Error.NoSuchProcess"
