/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A row of outputs. What messages make of it is tested with cells and widgets. */

#include "ctl/notebook/cell-outputs.h"
#include "tests/unit/test-main.h"

TEST(texts_and_contents) {
        _cleanup_json_ json_object *content = json_object_new_object(), *wait = json_object_new_object();
        CellOutput *output;
        CellOutputs o;

        cell_outputs_init(&o);
        ck_assert_int_eq(cell_outputs_add_text(&o, false, "a", 1), 0);
        ck_assert_int_eq(cell_outputs_add_text(&o, false, "bc", 2), 0);
        ck_assert_str_eq(TAILQ_FIRST(&o.list)->text, "abc");
        json_object_object_add(content, "execution_count", json_object_new_int(7));
        output = cell_outputs_add_content(&o, OUTPUT_EXECUTE_RESULT, content);
        ck_assert_ptr_eq(output, TAILQ_LAST(&o.list, CellOutputList));
        cell_output_set_content(output, wait);
        ck_assert_int_eq(json_object_get_int(output->count), 7);
        ck_assert_ptr_eq(output->content, wait);

        json_object_object_add(wait, "wait", json_object_new_boolean(true));
        cell_outputs_clear_by(&o, wait);
        ck_assert_ptr_nonnull(TAILQ_NEXT(TAILQ_FIRST(&o.list), outputs));
        ck_assert_int_eq(cell_outputs_add_text(&o, true, "d", 1), 0);
        ck_assert(TAILQ_FIRST(&o.list)->is_stderr);
        ck_assert_ptr_null(TAILQ_NEXT(TAILQ_FIRST(&o.list), outputs));
        cell_outputs_clear_by(&o, content);
        ck_assert(TAILQ_EMPTY(&o.list));
}
END_TEST

TEST_MAIN(texts_and_contents);
