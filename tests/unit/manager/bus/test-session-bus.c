/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface of a session: what each property says and to whom, and what is told when it changes. */

#include "manager/bus/session-bus.h"
#include "manager/model/session-state.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static FakeCall *get(const char *reader, const char *id, const char *name) {
        char path[BUS_PATH_SIZE];

        session_bus_path(id, path);
        return fake_bus_call(
                reader, path, "org.freedesktop.DBus.Properties", "Get", "ss", SESSION_INTERFACE, name);
}

static void assert_text(const char *reader, const char *id, const char *name, const char *expected) {
        const char *text;

        ck_assert_int_gt(sd_bus_message_read(world_answer(get(reader, id, name)), "v", "s", &text), 0);
        ck_assert_msg(streq(text, expected), "%s is %s", name, text);
}

static uint64_t get_number(const char *id, const char *name, const char *type) {
        uint64_t number = 0;

        ck_assert_int_gt(sd_bus_message_read(world_answer(get(OWNER, id, name)), "v", type, &number), 0);
        return number;
}

TEST(texts_of_a_notebook) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        s->kernel.state = "idle";
        assert_text(OWNER, "n1", "Id", "n1");
        assert_text(OWNER, "n1", "Type", "notebook");
        assert_text(OWNER, "n1", "Name", "a.ipynb");
        assert_text(OWNER, "n1", "State", "running");
        assert_text(OWNER, "n1", "Unit", "compute-n1.scope");
        assert_text(OWNER, "n1", "KeeperUnit", "compute-keeper-n1.service");
        assert_text(OWNER, "n1", "Slice", s->slice);
        assert_text(OWNER, "n1", "Notebook", "/tmp/a.ipynb");
        assert_text(OWNER, "n1", "KernelName", "python3");
        assert_text(OWNER, "n1", "KernelState", "idle");
        assert_text(OWNER, "n1", "KernelLanguage", "");
        assert_text(OWNER, "n1", "ConnectionFile", "/tmp/kernel.json");
        assert_text(OWNER, "n1", "FreezerState", "running");
        assert_text(OWNER, "n1", "Result", "");
        assert_text(OWNER, "n1", "KeepUser", "");
        ck_assert_uint_eq(get_number("n1", "Leader", "u"), (uint64_t) s->leader.pid);
        ck_assert_uint_eq(get_number("n1", "User", "u"), world_uid());
        ck_assert_uint_eq(get_number("n1", "RestartOnCrash", "b"), 0);
        world_end();
}

TEST(texts_of_a_terminal) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert_int_ge(replace_string(&s->terminal.title, "make"), 0);
        ck_assert_int_ge(replace_string(&s->terminal.foreground, "cc"), 0);
        assert_text(OTHER, "t1", "Title", "make");
        assert_text(OTHER, "t1", "Foreground", "cc");
        assert_text(OTHER, "t1", "OnDetach", "keep");
        s->terminal.on_detach = 1000;
        assert_text(OTHER, "t1", "OnDetach", "1000us");
        ck_assert_uint_eq(get_number("t1", "Rows", "u"), 24);
        world_end();
}

/* Where somebody works, and with what, is nobody else's business. */
TEST(what_is_the_owners_alone) {
        static const char *const names[] = { "WorkingDirectory", "ForegroundDirectory", "ConnectionFile" };
        const char *command;
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert_int_ge(replace_string(&s->terminal.foreground_directory, "/tmp"), 0);
        ck_assert_int_ge(replace_string(&s->program.connection_file, "/tmp"), 0);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                assert_text(OWNER, "t1", names[i], "/tmp");
                assert_text(ROOT, "t1", names[i], "/tmp");
                assert_text(OTHER, "t1", names[i], "");
        }
        ck_assert_int_gt(
                sd_bus_message_read(world_answer(get(OWNER, "t1", "Command")), "v", "as", 1, &command), 0);
        ck_assert_str_eq(command, "-bash");
        ck_assert_int_gt(sd_bus_message_read(world_answer(get(OTHER, "t1", "Command")), "v", "as", 0), 0);
        world_end();
}

TEST(figures) {
        static const char *const numbers[] = { "MemoryCurrent", "MemoryPeak", "CPUUsageNSec", "TasksCurrent",
                "IOReadBytes", "MemorySwapCurrent", "MemoryPressureAvg10", "CPUPressureAvg10", "MemoryMax",
                "LastInputTimestamp", "LastOutputTimestamp", "LastActivityTimestamp", "IdleSince",
                "OOMKills", "LastOOMKillTimestamp" };

        world_begin();
        (void) world_start_terminal();
        fake_systemd_unit("compute-t1.scope")->cpu_usage_nsec = 77;
        ck_assert_uint_eq(get_number("t1", "CPUUsageNSec", "t"), 77);
        ck_assert_uint_eq(get_number("t1", "TasksCurrent", "t"), 1);
        world_open_cgroups();
        world_put_cgroup("compute-t1.scope", "memory.swap.current", "4096\n");
        world_put_cgroup(
                "compute-t1.scope", "memory.pressure", "some avg10=1.50 avg60=0.00 avg300=0.00 total=0\n");
        ck_assert_uint_eq(get_number("t1", "MemorySwapCurrent", "t"), 4096);
        ck_assert_uint_eq(get_number("t1", "MemoryPressureAvg10", "t"), 150);
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                (void) get_number("t1", numbers[i], "t");
        (void) get_number("t1", "LastOOMKillPID", "u");
        assert_text(OWNER, "t1", "LastOOMKillCommand", "");
        assert_text(OWNER, "t1", "MemoryPressure", "");
        world_end();
}

TEST(all_at_once) {
        sd_bus_message *m;
        unsigned n = 0;

        world_begin();
        (void) world_start_terminal();
        (void) world_start_notebook("/tmp/a.ipynb");
        m = world_answer(fake_bus_call(
                OWNER, BUS_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", ""));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}"), 0);
        while (sd_bus_message_skip(m, "{oa{sa{sv}}}") > 0)
                n++;
        ck_assert_uint_eq(n, 2);
        world_end();
}

TEST(no_session_no_object) {
        world_begin();
        (void) world_refusal(get(OWNER, "t1", "Id"), SD_BUS_ERROR_UNKNOWN_OBJECT);
        (void) world_refusal(world_call_session("t1", "Stop", ""), SD_BUS_ERROR_UNKNOWN_OBJECT);
        fake_keepers_mute(KEEPER_START, 1);
        (void) world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1"));
        (void) world_refusal(get(OWNER, "t1", "Id"), SD_BUS_ERROR_UNKNOWN_OBJECT);
        world_end();
}

/* Signals say what changed, and to everybody; so not what is the owner's alone. */
TEST(changes_are_told) {
        sd_bus_message *m;
        WireWriter w = {};
        const char *name;

        world_begin();
        (void) world_start_terminal();
        world_settle();
        fake_bus_forget();
        wire_begin(&w, KEEPER_CHANGED, 0);
        wire_put_string(&w, KEEPER_TAG_FOREGROUND_DIRECTORY, "/secret");
        fake_keeper_send(fake_keeper_get("t1"), &w);
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        m = fake_bus_last("PropertiesChanged org.computesession1.Session");
        ck_assert_str_eq(sd_bus_message_get_path(m), "/org/computesession1/session/t1");
        ck_assert_int_gt(sd_bus_message_skip(m, "s"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'e', "sv"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "s", &name), 0);
        ck_assert_str_eq(name, "Foreground");
        ck_assert_int_gt(sd_bus_message_skip(m, "v"), 0);
        ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
        ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "as", 1, &name), 0);
        ck_assert_str_eq(name, "ForegroundDirectory");
        world_end();
}

TEST(what_is_outside_is_listed) {
        sd_bus_message *m;
        Session *s;
        uint32_t pid;
        const char *unit;

        world_begin();
        s = world_start_terminal();
        m = world_answer(world_call_session("t1", "GetOutsideProcesses", ""));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(uss)"), 0);
        ck_assert_int_eq(sd_bus_message_at_end(m, false), 1);
        fake_process_set_cgroup(s->leader.pid, "/user.slice/user-0.slice/session-c2.scope");
        m = world_answer(world_call_session("t1", "GetOutsideProcesses", ""));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(uss)"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "(uss)", &pid, NULL, &unit), 0);
        ck_assert_uint_eq(pid, (uint32_t) s->leader.pid);
        ck_assert_str_eq(unit, "session-c2.scope");
        world_end();
}

TEST_MAIN(texts_of_a_notebook, texts_of_a_terminal, what_is_the_owners_alone, figures, all_at_once,
        no_session_no_object, changes_are_told, what_is_outside_is_listed);
