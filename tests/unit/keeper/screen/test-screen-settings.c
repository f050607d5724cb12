/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Questions in strings. */

#include "tests/unit/screen.h"

static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = screen_fed(10, 40, input, strlen(input));
        char buffer[512];
        size_t n = screen_take_answers(s, buffer, sizeof(buffer) - 1);

        buffer[n] = 0;
        ck_assert_str_eq(buffer, expected);
}

TEST(settings) {
        expect("\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\");
        expect("\x1b[1;38;5;9m\x1b[1\"q\x1bP$qm\x1b\\\x1bP$q\"q\x1b\\",
                "\x1bP1$r0;1;38;5;9m\x1b\\\x1bP1$r1\"q\x1b\\");
        expect("\x1b[2;5r\x1bP$qr\x1b\\\x1bP$qs\x1b\\", "\x1bP1$r2;5r\x1b\\\x1bP1$r1;40s\x1b\\");
        expect("\x1b[4 q\x1bP$q q\x1b\\", "\x1bP1$r4 q\x1b\\");
        expect("\x1bP$qt\x1b\\\x1bP$q\"p\x1b\\", "\x1bP1$r10t\x1b\\\x1bP1$r62;1\"p\x1b\\");
        expect("\x1bP$qx\x1b\\\x1bP$q\x1b\\", "\x1bP0$r\x1b\\\x1bP0$r\x1b\\");
}

TEST(capabilities) {
        expect("\x1bP+q544e\x1b\\", "\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\");
        expect("\x1bP+q436F;544E\x1b\\", "\x1bP1+r436F=323536;544E=787465726d2d323536636f6c6f72\x1b\\");
        expect("\x1bP+q436f;4d73;544e\x1b\\", "\x1bP1+r436f=323536\x1b\\");
        expect("\x1bP+q4d73;544e\x1b\\", "\x1bP0+r4d73\x1b\\");
        expect("\x1bP+q<script>\x1b\\\x1bP+q\x1b\\", "\x1bP0+r\x1b\\\x1bP0+r\x1b\\");
}

TEST(pictures) {
        expect("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", "\x1b_Gi=31;ENOTSUP:no pictures\x1b\\");
        expect("\x1b_Ga=q,Ui=3,i=7\x1b\\", "\x1b_Gi=7;ENOTSUP:no pictures\x1b\\");
        expect("\x1b_Ga=T,i=31;AAAA\x1b\\\x1b_Ga=q;AAAA\x1b\\\x1b_G\x1b\\\x1b_Xa=q,i=1\x1b\\", "");
}

TEST(clipboard_and_pointer) {
        expect("\x1b]52;c;?\x07\x1b]52;c;aGk=\x07", "\x1b]52;c;\x07");
        expect("\x1b]22;?text,pointer\x1b\\\x1b]22;text\x07", "\x1b]22;0,0\x1b\\");
}

TEST_MAIN(settings, capabilities, pictures, clipboard_and_pointer);
