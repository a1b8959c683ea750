#pragma once
#include "rowscan.h"

// Rows as the API writes them, in two blocks: the first 32 bytes, and the rest of a row that was created or existed. D
// stands for a digit of the id, L for a literal byte, N for a byte after the row.
//
//     {"id":"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","created":true}
//     {"id":"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","existing":true}

enum {
    /// Where the id begins.
    USUAL_ID = 7,
    /// Where one byte shows which of the two a row is.
    USUAL_TELLING = 46,
    /// The length of the shorter row; the other one is one byte longer.
    USUAL_LENGTH = 60,
};

#define FRONT_FORM(D, L) \
    {L, L, L, L, L, L, L, D, D, D, D, D, D, D, D, L, D, D, D, D, L, D, D, D, D, L, D, D, D, D, L, D}
#define CREATED_FORM(D, L, N) \
    {D, D, D, D, D, D, D, D, D, D, D, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, N, N, N, N}
#define EXISTING_FORM(D, L, N) \
    {D, D, D, D, D, D, D, D, D, D, D, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, N, N, N}

static const rowscan_block usual_front = {
    .literal = {'{', '"', 'i', 'd', '"', ':', '"', [15] = '-', [20] = '-', [25] = '-', [30] = '-'},
    .literal_mask = FRONT_FORM(0, 0xFF),
    .digit_mask = FRONT_FORM(0xFF, 0),
};
static const rowscan_block usual_backs[2] = {
    {
        .literal = {[11] = '"', ',', '"', 'c', 'r', 'e', 'a', 't', 'e', 'd', '"', ':', 't', 'r', 'u', 'e', '}'},
        .literal_mask = CREATED_FORM(0, 0xFF, 0),
        .digit_mask = CREATED_FORM(0xFF, 0, 0),
    },
    {
        .literal = {[11] = '"', ',', '"', 'e', 'x', 'i', 's', 't', 'i', 'n', 'g', '"', ':', 't', 'r', 'u', 'e', '}'},
        .literal_mask = EXISTING_FORM(0, 0xFF, 0),
        .digit_mask = EXISTING_FORM(0xFF, 0, 0),
    },
};
