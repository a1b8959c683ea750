#pragma once
#include "rowscan.h"
#include <string.h>

// The parts of plain jobs. Each byte is read once, from the front. A zero, which no form allows, follows the last byte,
// so nothing beyond it is read except as part of a word.

/// Skips spaces, the only white space in plain jobs.
static inline const uint8_t *behind_space(const uint8_t *at) {
    while (*at == ' ') {
        at++;
    }
    return at;
}

/// Loads eight bytes, the first one lowest.
static inline uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/// The closing quote of a string of plain text; NULL if a backslash, a control character or a byte beyond ASCII comes
/// before it.
static inline const uint8_t *end_of_plain(const uint8_t *at) {
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    for (;; at += 8) {
        uint64_t word = word_at(at);
        uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
        uint64_t stops = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * 0x20) & ~word) |
                         word;
        if ((stops &= tops) != 0) {
            at += __builtin_ctzll(stops) >> 3;
            return *at == '"' ? at : NULL;
        }
    }
}

static inline bool take_text(const uint8_t *bytes, const uint8_t **at, rowscan_text *text) {
    if (**at != '"') {
        return false;
    }
    const uint8_t *end = end_of_plain(*at + 1);
    if (end == NULL || end - *at - 1 > ROWSCAN_PLAIN_TEXT) {
        return false;
    }
    text->offset = (uint32_t)(*at + 1 - bytes);
    text->length = (uint32_t)(end - *at - 1);
    *at = end + 1;
    return true;
}

/// Takes a whole number of at most 15 digits, as JSON writes it.
static inline bool take_number(const uint8_t **at, int64_t *number) {
    const uint8_t *start = *at, *digit = start;
    int64_t value = 0;
    while (*digit >= '0' && *digit <= '9' && digit - start < 16) {
        value = value * 10 + (*digit++ - '0');
    }
    if (digit == start || digit - start > 15 || (*start == '0' && digit - start > 1)) {
        return false;
    }
    // The caller refuses a fraction or an exponent when it checks what follows.
    *at = digit;
    *number = value;
    return true;
}

static inline bool take_literal(const uint8_t **at, const char *literal, size_t length) {
    if (memcmp(*at, literal, length) != 0) {
        return false;
    }
    *at += length;
    return true;
}
#define TAKE(at, literal) take_literal(at, literal, sizeof literal - 1)

static inline bool take_flag(const uint8_t **at, bool *flag) {
    *flag = TAKE(at, "true");
    return *flag || TAKE(at, "false");
}

/// Returns the value of each digit in a word of digits and other bytes, and 0 for the other bytes. Sets bits of
/// `others` if a digit position has something else, or another byte differs from the form.
///
/// - form: the expected bytes, with a zero digit for each digit.
/// - digits: the mask of the digits.
static inline uint64_t digits_of(uint64_t word, uint64_t form, uint64_t digits, uint64_t *others) {
    const uint64_t ones = 0x0101010101010101;
    uint64_t rest = word ^ form;
    // 16 minus 10 for a digit, 16 minus 1 for another byte. As long as `rest` has no high bits, nothing is carried.
    uint64_t sums = rest + ((ones * 0x0F & ~digits) | (ones * 0x06 & digits));
    *others |= (rest | sums) & ones * 0xF0;
    return rest;
}

/// The number that two digits from a byte on make.
static inline int64_t two_digits(uint64_t digits, int byte) {
    return (int64_t)((digits >> 8 * byte & 0xFF) * 10 + (digits >> (8 * byte + 8) & 0xFF));
}

#define WORD(a, b, c, d, e, f, g, h)                                                                              \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32 |          \
     (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/// Takes a string with a time in the form of nearly all dumps, such as 2025-03-04T10:06:00Z, on a day that exists.
static inline bool take_time(const uint8_t **at, int64_t *time) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint64_t D = 0xFF;
    const uint8_t *text = *at + 1;
    uint64_t others = 0;
    uint64_t date = digits_of(
        word_at(text), WORD('0', '0', '0', '0', '-', '0', '0', '-'), WORD(D, D, D, D, 0, D, D, 0), &others);
    uint64_t clock = digits_of(
        word_at(text + 8), WORD('0', '0', 'T', '0', '0', ':', '0', '0'), WORD(D, D, 0, D, D, 0, D, D), &others);
    uint64_t end = digits_of(
        word_at(text + 13), WORD(':', '0', '0', ':', '0', '0', 'Z', '"'), WORD(0, D, D, 0, D, D, 0, 0), &others);
    if (others != 0 || text[-1] != '"') {
        return false;
    }
    int64_t year = two_digits(date, 0) * 100 + two_digits(date, 2), month = two_digits(date, 5),
            day = two_digits(clock, 0), hour = two_digits(clock, 3), minute = two_digits(clock, 6),
            second = two_digits(end, 4);
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    bool is_leap_day = month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > days[month - 1] && !is_leap_day) {
        return false;
    }
    *time = ((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
    *at = text + 21;
    return true;
}

/// Takes a key of a job, with its quotes.
static inline bool take_key(const uint8_t **at, uint32_t key) {
    static const struct {
        const char *text;
        uint32_t length;
    } keys[ROWSCAN_JOB_KEYS] = {
#define KEY(name) {"\"" name "\"\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof name + 1}
        [ROWSCAN_JOB_ID] = KEY("job_id"),         [ROWSCAN_STATUS] = KEY("status"),
        [ROWSCAN_CREATED_AT] = KEY("created_at"), [ROWSCAN_UPDATED_AT] = KEY("updated_at"),
        [ROWSCAN_EXPIRES_AT] = KEY("expires_at"), [ROWSCAN_TOTAL] = KEY("total"),
        [ROWSCAN_PROCESSED] = KEY("processed"),   [ROWSCAN_SUCCEEDED] = KEY("succeeded"),
        [ROWSCAN_FAILED_COUNT] = KEY("failed"),   [ROWSCAN_RESULTS] = KEY("results"),
        [ROWSCAN_ERROR] = KEY("error"),
#undef KEY
    };
    // Compares two words, leaving out the bytes after the key. With its quotes, a key has seven to twelve bytes.
    const uint8_t *text = (const uint8_t *)keys[key].text;
    uint32_t length = keys[key].length;
    uint64_t first = word_at(*at) ^ word_at(text), second = word_at(*at + 8) ^ word_at(text + 8);
    if (length < 8) {
        first <<= 8;
        second = 0;
    } else {
        second = length == 8 ? 0 : second << (8 * (16 - length));
    }
    if ((first | second) != 0) {
        return false;
    }
    *at += length;
    return true;
}

/// Takes the colon after a key, and the spaces around it.
static inline bool take_colon(const uint8_t **at) {
    *at = behind_space(*at);
    if (**at != ':') {
        return false;
    }
    *at = behind_space(*at + 1);
    return true;
}

/// Moves from a member to the key of the next one; sets `is_last` if there is none. Returns false for anything else.
static inline bool take_separator(const uint8_t **at, bool *is_last) {
    *at = behind_space(*at);
    *is_last = **at == '}';
    if (!*is_last && **at != ',') {
        return false;
    }
    *at = *is_last ? *at + 1 : behind_space(*at + 1);
    return true;
}

/// Marks a key as seen. Returns false if it already was, because each key may come only once.
static inline bool mark(uint32_t *seen, uint32_t key) {
    bool is_new = (*seen & key) == 0;
    *seen |= key;
    return is_new;
}
