/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits: systemd's names, notation and ranges; what is written is read again. */

#include <inttypes.h>
#include <unistd.h>

#include "shared/limit.h"
#include "tests/unit/test-main.h"

#define MIB (UINT64_C(1024) * 1024)

static void assert_reads(LimitKind kind, const char *text, uint64_t expected) {
        LimitText parsed = {};

        ck_assert_msg(limit_parse(kind, text, &parsed) == 0, "refuses '%s'", text);
        ck_assert(!parsed.relative);
        ck_assert_msg(parsed.value == expected, "reads '%s' as %" PRIu64, text, parsed.value);
        ck_assert(limit_is_valid(kind, parsed.value));
}

static void assert_refuses(LimitKind kind, const char *text, int expected) {
        LimitText parsed = { .value = 4242 };
        int r = limit_parse(kind, text, &parsed);

        ck_assert_msg(r == expected, "says %d to '%s'", r, text);
        ck_assert_uint_eq(parsed.value, 4242);
}

TEST(names) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                ck_assert_int_eq(limit_kind_from_name(limit_kind_to_name(kind)), kind);
                ck_assert_int_eq(limit_kind_from_property(limit_kind_to_property(kind)), kind);
                if (limit_kind_to_scale_property(kind))
                        ck_assert_int_eq(
                                limit_kind_from_scale_property(limit_kind_to_scale_property(kind)), kind);
                ck_assert_ptr_nonnull(strstr(limit_expects(kind), "for example"));
                ck_assert_ptr_nonnull(strstr(limit_range(kind), "UINT64_MAX"));
        }
        ck_assert_int_eq(limit_kind_from_name("CPUQuotaPerSecUSec"), LIMIT_KIND_INVALID);
        ck_assert_int_eq(limit_kind_from_property("CPUQuota"), LIMIT_KIND_INVALID);
        ck_assert_int_eq(limit_kind_from_scale_property("CPUWeightScale"), LIMIT_KIND_INVALID);
        ck_assert_int_eq(limit_kind_from_name(""), LIMIT_KIND_INVALID);
        ck_assert_ptr_null(limit_kind_to_name(LIMIT_KIND_MAX));
        ck_assert_ptr_null(limit_kind_to_name(LIMIT_KIND_INVALID));
}

TEST(reads_values) {
        assert_reads(LIMIT_MEMORY_MAX, "2G", 2048 * MIB);
        assert_reads(LIMIT_MEMORY_MAX, "1", 1);
        assert_reads(LIMIT_MEMORY_HIGH, "infinity", LIMIT_NONE);
        assert_reads(LIMIT_MEMORY_HIGH, "", LIMIT_NONE);
        assert_reads(LIMIT_MEMORY_SWAP_MAX, "0", 0);
        assert_reads(LIMIT_CPU_QUOTA, "50%", 500000);
        assert_reads(LIMIT_CPU_QUOTA, "12.5%", 125000);
        assert_reads(LIMIT_CPU_QUOTA, "1.25%", 12500);
        assert_reads(LIMIT_CPU_QUOTA, "1%", 10000);
        assert_reads(LIMIT_CPU_QUOTA, "200%", 2000000);
        assert_reads(LIMIT_CPU_QUOTA, "infinity", LIMIT_NONE);
        assert_reads(LIMIT_CPU_WEIGHT, "1", 1);
        assert_reads(LIMIT_CPU_WEIGHT, "10000", 10000);
        assert_reads(LIMIT_CPU_WEIGHT, "idle", LIMIT_WEIGHT_IDLE);
        assert_reads(LIMIT_CPU_WEIGHT, "", LIMIT_NONE);
        assert_reads(LIMIT_IO_WEIGHT, "100", 100);
        assert_reads(LIMIT_TASKS_MAX, "1", 1);
        assert_reads(LIMIT_TASKS_MAX, "4194304", 4194304);
        assert_reads(LIMIT_TASKS_MAX, "infinity", LIMIT_NONE);
}

TEST(refuses_others) {
        static const char *const words[] = { "x", "-1", " 1", "1 ", "2GG", "G", "50%%", "5%0", "%", "max" };

        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                for (size_t i = 0; i < ELEMENTSOF(words); i++)
                        assert_refuses(kind, words[i], -EINVAL);
        assert_refuses(LIMIT_MEMORY_MAX, "0", -ERANGE);
        assert_refuses(LIMIT_MEMORY_MAX, "0%", -ERANGE);
        assert_refuses(LIMIT_MEMORY_MAX, "101%", -ERANGE);
        assert_refuses(LIMIT_MEMORY_MAX, "100.01%", -ERANGE);
        assert_refuses(LIMIT_MEMORY_MAX, "18446744073709551615", -ERANGE); /* that is said as "infinity" */
        assert_refuses(LIMIT_MEMORY_MAX, "99999999T", -ERANGE);
        assert_refuses(LIMIT_CPU_QUOTA, "50", -EINVAL);
        assert_refuses(LIMIT_CPU_QUOTA, "0%", -ERANGE);
        assert_refuses(LIMIT_CPU_QUOTA, "0.99%", -ERANGE);
        assert_refuses(LIMIT_CPU_QUOTA, "99999999999999999999%", -ERANGE);
        assert_refuses(LIMIT_CPU_QUOTA, "999999999999999999%", -ERANGE);
        assert_refuses(LIMIT_CPU_WEIGHT, "0", -ERANGE);
        assert_refuses(LIMIT_CPU_WEIGHT, "10001", -ERANGE);
        assert_refuses(LIMIT_CPU_WEIGHT, "50%", -EINVAL);
        assert_refuses(LIMIT_CPU_WEIGHT, "infinity", -EINVAL);
        assert_refuses(LIMIT_IO_WEIGHT, "0", -ERANGE);
        assert_refuses(LIMIT_IO_WEIGHT, "idle", -EINVAL);
        assert_refuses(LIMIT_TASKS_MAX, "0", -ERANGE);
        assert_refuses(LIMIT_TASKS_MAX, "4194305", -ERANGE);
        assert_refuses(LIMIT_TASKS_MAX, "1K", -EINVAL);
}

TEST(reads_parts) {
        uint64_t all = (uint64_t) sysconf(_SC_PHYS_PAGES) * (uint64_t) sysconf(_SC_PAGESIZE), value;
        LimitText parsed;

        ck_assert_int_eq(limit_parse(LIMIT_MEMORY_MAX, "25%", &parsed), 0);
        ck_assert(parsed.relative);
        ck_assert_uint_eq(parsed.scale, UINT32_MAX / 4 + 1); /* rounded */
        ck_assert_int_eq(limit_parse(LIMIT_MEMORY_MAX, "100%", &parsed), 0);
        ck_assert_uint_eq(parsed.scale, UINT32_MAX);
        ck_assert_uint_eq(limit_resolve(LIMIT_MEMORY_MAX, UINT32_MAX), all);
        ck_assert_int_eq(limit_parse_here(LIMIT_MEMORY_HIGH, "50%", &value), 0);
        ck_assert_uint_le(value, all / 2 + 4096);
        ck_assert_uint_ge(value, all / 2 - 65536);
        ck_assert_uint_eq(value % (uint64_t) sysconf(_SC_PAGESIZE), 0);
        ck_assert_int_eq(limit_parse_here(LIMIT_MEMORY_SWAP_MAX, "0%", &value), 0);
        ck_assert_uint_eq(value, 0);
        ck_assert_int_eq(limit_parse_here(LIMIT_MEMORY_MAX, "2G", &value), 0);
        ck_assert_uint_eq(value, 2048 * MIB);
        ck_assert_int_eq(limit_parse_here(LIMIT_TASKS_MAX, "100%", &value), 0);
        ck_assert_uint_gt(value, 100);
        ck_assert_uint_le(value, 4194304);
        ck_assert_uint_eq(limit_resolve(LIMIT_TASKS_MAX, 1), 1); /* never nothing */
        ck_assert_int_eq(limit_parse_here(LIMIT_TASKS_MAX, "x", &value), -EINVAL);
}

TEST(ranges) {
        static const struct {
                LimitKind kind;
                uint64_t value;
                bool valid;
        } cases[] = {
                { LIMIT_MEMORY_MAX, 0, false },
                { LIMIT_MEMORY_MAX, 1, true },
                { LIMIT_MEMORY_SWAP_MAX, 0, true },
                { LIMIT_CPU_QUOTA, 0, false },
                { LIMIT_CPU_QUOTA, 9999, false },
                { LIMIT_CPU_QUOTA, 10000, true },
                { LIMIT_CPU_WEIGHT, 0, true },
                { LIMIT_CPU_WEIGHT, 10001, false },
                { LIMIT_IO_WEIGHT, 0, false },
                { LIMIT_TASKS_MAX, 0, false },
                { LIMIT_TASKS_MAX, 4194305, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                ck_assert_int_eq(limit_is_valid(cases[i].kind, cases[i].value), cases[i].valid);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                ck_assert(limit_is_valid(kind, LIMIT_NONE));
}

TEST(writes_what_it_reads) {
        static const struct {
                LimitKind kind;
                const char *text;
        } cases[] = {
                { LIMIT_MEMORY_MAX, "2G" },
                { LIMIT_MEMORY_MAX, "1025M" },
                { LIMIT_MEMORY_MAX, "100000001" },
                { LIMIT_MEMORY_MAX, "5T" },
                { LIMIT_MEMORY_MAX, "infinity" },
                { LIMIT_MEMORY_SWAP_MAX, "0" },
                { LIMIT_CPU_QUOTA, "50%" },
                { LIMIT_CPU_QUOTA, "12.5%" },
                { LIMIT_CPU_QUOTA, "1.05%" },
                { LIMIT_CPU_WEIGHT, "idle" },
                { LIMIT_CPU_WEIGHT, "" },
                { LIMIT_IO_WEIGHT, "10000" },
                { LIMIT_TASKS_MAX, "1024" },
                { LIMIT_TASKS_MAX, "infinity" },
        };
        char text[LIMIT_SIZE];
        LimitText parsed;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                ck_assert_int_eq(limit_parse(cases[i].kind, cases[i].text, &parsed), 0);
                ck_assert_str_eq(limit_format(cases[i].kind, parsed.value, text), cases[i].text);
        }
        ck_assert_str_eq(limit_format(LIMIT_MEMORY_MAX, UINT64_MAX - 1, text), "18446744073709551614");
}

TEST(sets_of_them) {
        _cleanup_free_ char *nothing = NULL, *text = NULL;
        Limits limits, over;

        limits_init(&limits);
        nothing = limits_format(&limits);
        ck_assert_str_eq(nothing, "");
        ck_assert_uint_eq(limits.values[LIMIT_TASKS_MAX], LIMIT_NONE);
        limits_set(&limits, LIMIT_TASKS_MAX, 10);
        limits_set(&limits, LIMIT_MEMORY_MAX, MIB);
        over = limits;
        limits_unset(&over, LIMIT_TASKS_MAX);
        limits_set(&over, LIMIT_MEMORY_MAX, LIMIT_NONE);
        limits_set(&over, LIMIT_CPU_QUOTA, 500000);
        ck_assert(!limits_have(&over, LIMIT_TASKS_MAX));
        limits_merge(&limits, &over);
        ck_assert_uint_eq(limits.values[LIMIT_TASKS_MAX], 10);
        ck_assert_uint_eq(limits.values[LIMIT_MEMORY_MAX], LIMIT_NONE);
        ck_assert(limits_have(&limits, LIMIT_MEMORY_MAX));
        ck_assert(!limits_have(&limits, LIMIT_IO_WEIGHT));
        text = limits_format(&limits);
        ck_assert_str_eq(text, "MemoryMax=infinity CPUQuota=50% TasksMax=10");
}

TEST_MAIN(names, reads_values, refuses_others, reads_parts, ranges, writes_what_it_reads, sets_of_them);
