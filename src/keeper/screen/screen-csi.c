/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Control sequences, by table. Names as in xterm's ctlseqs. */

#include "keeper/screen/screen-state.h"
#include "keeper/screen/sgr.h"

typedef void (*CsiHandler)(Screen *s, const VtSequence *q);

static void csi_ich(Screen *s, const VtSequence *q) {
        screen_shift_characters(s, vt_count(q, 0));
}

static void csi_dch(Screen *s, const VtSequence *q) {
        screen_shift_characters(s, -(int64_t) vt_count(q, 0));
}

static void csi_cuu(Screen *s, const VtSequence *q) {
        screen_move_by(s, -(int64_t) vt_count(q, 0), 0);
}

static void csi_cud(Screen *s, const VtSequence *q) {
        screen_move_by(s, vt_count(q, 0), 0);
}

static void csi_cuf(Screen *s, const VtSequence *q) {
        screen_move_by(s, 0, vt_count(q, 0));
}

static void csi_cub(Screen *s, const VtSequence *q) {
        screen_move_by(s, 0, -(int64_t) vt_count(q, 0));
}

/* The row or column that is not given stays, by origin mode. */
static int64_t this_row(const Screen *s) {
        return (int64_t) s->cursor.row - (s->cursor.origin ? s->top : 0);
}

static int64_t this_column(const Screen *s) {
        return (int64_t) s->cursor.column - (s->cursor.origin ? s->left : 0);
}

static void csi_cnl(Screen *s, const VtSequence *q) {
        screen_move_by(s, vt_count(q, 0), 0);
        screen_control(s, '\r');
}

static void csi_cpl(Screen *s, const VtSequence *q) {
        screen_move_by(s, -(int64_t) vt_count(q, 0), 0);
        screen_control(s, '\r');
}

static void csi_cha(Screen *s, const VtSequence *q) {
        screen_move_to(s, this_row(s), (int64_t) vt_count(q, 0) - 1);
}

static void csi_hpr(Screen *s, const VtSequence *q) {
        screen_move_to(s, this_row(s), this_column(s) + vt_count(q, 0));
}

static void csi_vpa(Screen *s, const VtSequence *q) {
        screen_move_to(s, (int64_t) vt_count(q, 0) - 1, this_column(s));
}

static void csi_vpr(Screen *s, const VtSequence *q) {
        screen_move_to(s, this_row(s) + vt_count(q, 0), this_column(s));
}

static void csi_cup(Screen *s, const VtSequence *q) {
        screen_move_to(s, (int64_t) vt_count(q, 0) - 1, (int64_t) vt_count(q, 1) - 1);
}

static void csi_cht(Screen *s, const VtSequence *q) {
        screen_tab(s, (int32_t) vt_count(q, 0));
}

static void csi_cbt(Screen *s, const VtSequence *q) {
        screen_tab(s, -(int32_t) vt_count(q, 0));
}

static void csi_ed(Screen *s, const VtSequence *q) {
        screen_erase_display(s, vt_parameter(q, 0, 0), q->prefix == '?');
}

static void csi_el(Screen *s, const VtSequence *q) {
        screen_erase_line(s, vt_parameter(q, 0, 0), q->prefix == '?');
}

static void csi_ech(Screen *s, const VtSequence *q) {
        screen_erase_characters(s, vt_count(q, 0));
}

static void csi_il(Screen *s, const VtSequence *q) {
        screen_shift_lines(s, -(int64_t) vt_count(q, 0));
}

static void csi_dl(Screen *s, const VtSequence *q) {
        screen_shift_lines(s, vt_count(q, 0));
}

static void csi_su(Screen *s, const VtSequence *q) {
        s->pending_wrap = false;
        screen_scroll(s, vt_count(q, 0));
}

/* With more parameters it is mouse highlighting, which no one uses. */
static void csi_sd(Screen *s, const VtSequence *q) {
        if (q->n_parameters > 1)
                return;
        s->pending_wrap = false;
        screen_scroll(s, -(int64_t) vt_count(q, 0));
}

static void csi_rep(Screen *s, const VtSequence *q) {
        screen_repeat(s, vt_count(q, 0));
}

static void csi_tbc(Screen *s, const VtSequence *q) {
        int32_t what = vt_parameter(q, 0, 0);

        if (what == 0)
                screen_set_tab(s, s->cursor.column, false);
        else if (what == 3)
                for (uint32_t i = 0; i < s->columns; i++)
                        screen_set_tab(s, i, false);
}

/* DECST8C */
static void csi_st8c(Screen *s, const VtSequence *q) {
        if (vt_parameter(q, 0, 0) != 5)
                return;
        screen_reset_tabs(s);
        s->tabs_touched = true;
}

static void csi_sm(Screen *s, const VtSequence *q) {
        screen_control_modes(s, q, true);
}

static void csi_rm(Screen *s, const VtSequence *q) {
        screen_control_modes(s, q, false);
}

static void csi_sgr(Screen *s, const VtSequence *q) {
        Style pen = screen_pen(s);

        sgr_apply(q, &pen);
        screen_set_pen(s, &pen);
}

static void csi_decstbm(Screen *s, const VtSequence *q) {
        screen_set_margins(s, vt_count(q, 0), (uint32_t) MAX(vt_parameter(q, 1, 0), 0));
}

/* SCOSC, unless there are side margins: then DECSLRM. */
static void csi_s(Screen *s, const VtSequence *q) {
        if (screen_has(s, MODE_MARGINS))
                screen_set_side_margins(s, vt_count(q, 0), (uint32_t) MAX(vt_parameter(q, 1, 0), 0));
        else
                screen_save_cursor(s);
}

static void csi_scorc(Screen *s, const VtSequence *q) {
        (void) q;
        screen_restore_cursor(s);
}

/* XTWINOPS: of all that it can do, the title stack, and answers. */
static void csi_winops(Screen *s, const VtSequence *q) {
        int32_t what = vt_parameter(q, 0, 0);

        if (what == 22)
                titles_push(&s->titles);
        else if (what == 23)
                titles_pop(&s->titles, vt_parameter(q, 1, 0));
        else
                screen_answer_window(s, q);
}

static void csi_decstr(Screen *s, const VtSequence *q) {
        (void) q;
        screen_reset(s, false);
}

static void csi_decscusr(Screen *s, const VtSequence *q) {
        int32_t shape = vt_parameter(q, 0, 0);

        if (shape >= 0 && shape <= 6)
                s->shape = (int8_t) shape;
}

/* 1: selective erase leaves what is written now; 0, 2: it does not. */
static void csi_decsca(Screen *s, const VtSequence *q) {
        s->cursor.pen.guarded = vt_parameter(q, 0, 0) == 1;
}

static void csi_decic(Screen *s, const VtSequence *q) {
        screen_shift_columns(s, s->cursor.column, vt_count(q, 0));
}

static void csi_decdc(Screen *s, const VtSequence *q) {
        screen_shift_columns(s, s->cursor.column, -(int64_t) vt_count(q, 0));
}

static void csi_sl(Screen *s, const VtSequence *q) {
        screen_shift_columns(s, s->left, -(int64_t) vt_count(q, 0));
}

static void csi_sr(Screen *s, const VtSequence *q) {
        screen_shift_columns(s, s->left, vt_count(q, 0));
}

static void csi_xtsave(Screen *s, const VtSequence *q) {
        screen_keep_modes(s, q, false);
}

static void csi_xtrestore(Screen *s, const VtSequence *q) {
        screen_keep_modes(s, q, true);
}

static const CsiHandler plain[0x40] = {
        ['@' - 0x40] = csi_ich,                  /* ICH */
        ['A' - 0x40] = csi_cuu,                  /* CUU */
        ['B' - 0x40] = csi_cud,                  /* CUD */
        ['C' - 0x40] = csi_cuf,                  /* CUF */
        ['D' - 0x40] = csi_cub,                  /* CUB */
        ['E' - 0x40] = csi_cnl,                  /* CNL */
        ['F' - 0x40] = csi_cpl,                  /* CPL */
        ['G' - 0x40] = csi_cha,                  /* CHA */
        ['H' - 0x40] = csi_cup,                  /* CUP */
        ['I' - 0x40] = csi_cht,                  /* CHT */
        ['J' - 0x40] = csi_ed,                   /* ED */
        ['K' - 0x40] = csi_el,                   /* EL */
        ['L' - 0x40] = csi_il,                   /* IL */
        ['M' - 0x40] = csi_dl,                   /* DL */
        ['P' - 0x40] = csi_dch,                  /* DCH */
        ['S' - 0x40] = csi_su,                   /* SU */
        ['T' - 0x40] = csi_sd,                   /* SD */
        ['X' - 0x40] = csi_ech,                  /* ECH */
        ['Z' - 0x40] = csi_cbt,                  /* CBT */
        ['^' - 0x40] = csi_sd,                   /* SD */
        ['`' - 0x40] = csi_cha,                  /* HPA */
        ['a' - 0x40] = csi_hpr,                  /* HPR */
        ['b' - 0x40] = csi_rep,                  /* REP */
        ['c' - 0x40] = screen_answer_attributes, /* DA1 */
        ['d' - 0x40] = csi_vpa,                  /* VPA */
        ['e' - 0x40] = csi_vpr,                  /* VPR */
        ['f' - 0x40] = csi_cup,                  /* HVP */
        ['g' - 0x40] = csi_tbc,                  /* TBC */
        ['h' - 0x40] = csi_sm,                   /* SM */
        ['l' - 0x40] = csi_rm,                   /* RM */
        ['m' - 0x40] = csi_sgr,                  /* SGR */
        ['n' - 0x40] = screen_answer_status,     /* DSR */
        ['r' - 0x40] = csi_decstbm,              /* DECSTBM */
        ['s' - 0x40] = csi_s,                    /* SCOSC, DECSLRM */
        ['t' - 0x40] = csi_winops,               /* XTWINOPS */
        ['u' - 0x40] = csi_scorc,                /* SCORC */
        ['x' - 0x40] = screen_answer_refusal,    /* DECREQTPARM */
};

static const struct {
        char prefix, intermediate, final;
        CsiHandler handler;
} others[] = {
        { '?', 0, 'h', csi_sm },                   /* DECSET */
        { '?', 0, 'l', csi_rm },                   /* DECRST */
        { '?', 0, 's', csi_xtsave },               /* XTSAVE */
        { '?', 0, 'r', csi_xtrestore },            /* XTRESTORE */
        { '?', 0, 'J', csi_ed },                   /* DECSED */
        { '?', 0, 'K', csi_el },                   /* DECSEL */
        { '?', 0, 'W', csi_st8c },                 /* DECST8C */
        { '?', 0, 'n', screen_answer_status },     /* DSR */
        { '?', '$', 'p', screen_answer_mode },     /* DECRQM */
        { 0, '$', 'p', screen_answer_mode },       /* DECRQM */
        { '>', 0, 'c', screen_answer_attributes }, /* DA2 */
        { '=', 0, 'c', screen_answer_attributes }, /* DA3 */
        { '>', 0, 'q', screen_answer_version },    /* XTVERSION */
        { '?', 0, 'm', screen_answer_keys },       /* XTQMODKEYS */
        { '?', 0, 'u', screen_answer_keys },
        { '?', 0, 'S', screen_answer_refusal },  /* XTSMGRAPHICS */
        { 0, '$', 'w', screen_answer_refusal },  /* DECRQPSR */
        { 0, '$', 'u', screen_answer_refusal },  /* DECRQTSR */
        { 0, '&', 'u', screen_answer_refusal },  /* DECRQUPSS */
        { 0, '\'', '|', screen_answer_refusal }, /* DECRQLP */
        { 0, '!', 'p', csi_decstr },             /* DECSTR */
        { 0, '"', 'q', csi_decsca },             /* DECSCA */
        { 0, ' ', 'q', csi_decscusr },           /* DECSCUSR */
        { 0, ' ', '@', csi_sl },                 /* SL */
        { 0, ' ', 'A', csi_sr },                 /* SR */
        { 0, '\'', '}', csi_decic },             /* DECIC */
        { 0, '\'', '~', csi_decdc },             /* DECDC */
        { '>', 0, 'm', screen_key_resource },    /* XTMODKEYS */
        { '=', 0, 'u', screen_kitty_keys },
        { '>', 0, 'u', screen_kitty_keys },
        { '<', 0, 'u', screen_kitty_keys },
};

void screen_csi(void *userdata, const VtSequence *q) {
        Screen *s = userdata;

        if (q->prefix == 0 && q->intermediate == 0) {
                CsiHandler handler = plain[(q->final - 0x40) & 0x3f];

                if (handler)
                        handler(s, q);
                return;
        }
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                if (q->prefix == (uint8_t) others[i].prefix &&
                        q->intermediate == (uint8_t) others[i].intermediate &&
                        q->final == (uint8_t) others[i].final) {
                        others[i].handler(s, q);
                        return;
                }
}
