#include "rowscan.h"
#include <string.h>

// A recursive descent without recursion over the few forms that a plain job has. Each byte is looked at once, from the
// front: a zero stands behind the last one, which no form allows, so that nothing is read beyond it but as part of a word.

/// Behind the white space that may stand on a line.
static inline const uint8_t *behind_space(const uint8_t *at) {
    while (*at == ' ') {
        at++;
    }
    return at;
}

/// Eight bytes, the first one lowest.
static inline uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/// The closing quote of a string of plain text; NULL if it is not plain: a backslash, a control character, a byte beyond
/// ASCII.
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

/// A whole number of at most 15 digits, as JSON has it.
static inline bool take_number(const uint8_t **at, int64_t *number) {
    const uint8_t *start = *at, *digit = start;
    int64_t value = 0;
    while (*digit >= '0' && *digit <= '9' && digit - start < 16) {
        value = value * 10 + (*digit++ - '0');
    }
    if (digit == start || digit - start > 15 || (*start == '0' && digit - start > 1)) {
        return false;
    }
    // A fraction or an exponent is refused by whoever asks what follows.
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

/// The number that so many digits are; -1 if some are none.
static inline int64_t digits(const uint8_t *at, int count) {
    int64_t number = 0;
    unsigned others = 0;
    for (int index = 0; index < count; index++) {
        unsigned digit = (unsigned)at[index] - '0';
        others |= digit > 9;
        number = number * 10 + digit;
    }
    return others ? -1 : number;
}

/// A time as nearly all dumps have it, of a day that there is.
static inline int64_t plain_time(const uint8_t *bytes, rowscan_text text) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint8_t *at = bytes + text.offset;
    if (text.length != 20 || at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':' ||
        at[19] != 'Z') {
        return -1;
    }
    int64_t year = digits(at, 4), month = digits(at + 5, 2), day = digits(at + 8, 2), hour = digits(at + 11, 2),
            minute = digits(at + 14, 2), second = digits(at + 17, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59) {
        return -1;
    }
    bool is_leap_day = month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > days[month - 1] && !is_leap_day) {
        return -1;
    }
    return ((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
}

/// Packs an id that is a UUID in small letters with the variant of RFC 9562.
static inline bool pack_id(const rowscan_kernel *kernel, const uint8_t *bytes, rowscan_text id, uint64_t *uuid) {
    const uint8_t *text = bytes + id.offset;
    if (id.length != 36 || !kernel->is_uuid(text)) {
        return false;
    }
    // Digits, dashes and small letters have this bit, capital letters do not.
    uint64_t bits = word_at(text) & word_at(text + 8) & word_at(text + 16) & word_at(text + 24) & word_at(text + 28);
    uint8_t variant = text[19];
    if ((bits & 0x2020202020202020) != 0x2020202020202020 ||
        !(variant == '8' || variant == '9' || variant == 'a' || variant == 'b')) {
        return false;
    }
    rowscan_id packed;
    kernel->pack_uuids(text, 0, 1, 0, 0, &packed);
    uint64_t halves[2];
    memcpy(halves, packed.bytes, sizeof halves);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    halves[0] = __builtin_bswap64(halves[0]);
    halves[1] = __builtin_bswap64(halves[1]);
#endif
    memcpy(uuid, halves, sizeof halves);
    return true;
}

/// The colon behind a key, and the white space around it.
static inline bool take_colon(const uint8_t **at) {
    *at = behind_space(*at);
    if (**at != ':') {
        return false;
    }
    *at = behind_space(*at + 1);
    return true;
}

/// Behind a member: moves to the key of the next one; `is_last` tells that there is none. False for anything else.
static inline bool take_separator(const uint8_t **at, bool *is_last) {
    *at = behind_space(*at);
    *is_last = **at == '}';
    if (!*is_last && **at != ',') {
        return false;
    }
    *at = *is_last ? *at + 1 : behind_space(*at + 1);
    return true;
}

/// The key at the position is new: each may come once.
static inline bool mark(uint32_t *seen, uint32_t key) {
    bool is_new = (*seen & key) == 0;
    *seen |= key;
    return is_new;
}

/// An error with a code and a message, and nothing else.
static inline bool take_error(const uint8_t *bytes, const uint8_t **at, rowscan_plain_row *row) {
    enum { code = 1, message = 2 };
    uint32_t seen = 0;
    if (**at != '{') {
        return false;
    }
    *at = behind_space(*at + 1);
    for (bool is_last = false; !is_last;) {
        if (TAKE(at, "\"code\"")) {
            if (!mark(&seen, code) || !take_colon(at) || !take_text(bytes, at, &row->code)) {
                return false;
            }
        } else if (TAKE(at, "\"message\"")) {
            if (!mark(&seen, message) || !take_colon(at) || !take_text(bytes, at, &row->message)) {
                return false;
            }
        } else {
            return false;
        }
        if (!take_separator(at, &is_last)) {
            return false;
        }
    }
    return seen == (code | message) && row->code.length > 0;
}

#define WORD(a, b, c, d, e, f, g, h)                                                                              \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32 |          \
     (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/// A row as the API writes it, with its id and one of two outcomes; false, and nothing is taken, for any other.
static inline bool take_usual_row(
    const rowscan_kernel *kernel, const uint8_t *bytes, const uint8_t **at, rowscan_plain_row *row) {
    const uint8_t *start = *at;
    if ((word_at(start) & 0x00FFFFFFFFFFFFFF) != WORD('{', '"', 'i', 'd', '"', ':', '"', 0) ||
        !kernel->is_uuid(start + 7)) {
        return false;
    }
    row->id = (uint32_t)(start + 7 - bytes);
    uint64_t first = word_at(start + 43), second = word_at(start + 51);
    if (first == WORD('"', ',', '"', 'c', 'r', 'e', 'a', 't') &&
        second == WORD('e', 'd', '"', ':', 't', 'r', 'u', 'e') && start[59] == '}') {
        row->outcome = ROWSCAN_CREATED;
        *at = start + 60;
        return true;
    }
    if (first == WORD('"', ',', '"', 'e', 'x', 'i', 's', 't') &&
        second == WORD('i', 'n', 'g', '"', ':', 't', 'r', 'u') && start[59] == 'e' && start[60] == '}') {
        row->outcome = ROWSCAN_EXISTING;
        *at = start + 61;
        return true;
    }
    return false;
}

static inline bool take_row(
    const rowscan_kernel *kernel, const uint8_t *bytes, const uint8_t **at, rowscan_plain_row *row) {
    enum { id = 1, created = 2, existing = 4, error = 8 };
    uint32_t seen = 0;
    bool is_created = false, is_existing = false, has_error = false;
    row->id = 0;
    if (**at != '{') {
        return false;
    }
    *at = behind_space(*at + 1);
    for (bool is_last = false; !is_last;) {
        if (TAKE(at, "\"id\"")) {
            if (!mark(&seen, id) || !take_colon(at)) {
                return false;
            }
            if (!TAKE(at, "null")) {
                rowscan_text text;
                if (!take_text(bytes, at, &text) || text.length != 36 || !kernel->is_uuid(bytes + text.offset)) {
                    return false;
                }
                row->id = text.offset;
            }
        } else if (TAKE(at, "\"created\"")) {
            if (!mark(&seen, created) || !take_colon(at) || !take_flag(at, &is_created)) {
                return false;
            }
        } else if (TAKE(at, "\"existing\"")) {
            if (!mark(&seen, existing) || !take_colon(at) || !take_flag(at, &is_existing)) {
                return false;
            }
        } else if (TAKE(at, "\"error\"")) {
            if (!mark(&seen, error) || !take_colon(at)) {
                return false;
            }
            if (!TAKE(at, "null")) {
                has_error = true;
                if (!take_error(bytes, at, row)) {
                    return false;
                }
            }
        } else {
            return false;
        }
        if (!take_separator(at, &is_last)) {
            return false;
        }
    }
    if (is_created + is_existing + has_error != 1) {
        return false;
    }
    row->outcome = has_error ? ROWSCAN_FAILED : is_existing ? ROWSCAN_EXISTING : ROWSCAN_CREATED;
    return true;
}

/// The rows, of which there must be at least one.
static inline bool take_rows(
    const rowscan_kernel *kernel, const uint8_t *bytes, const uint8_t **at, rowscan_plain_job *job,
    rowscan_plain_row *rows) {
    if (**at != '[') {
        return false;
    }
    *at = behind_space(*at + 1);
    for (uint32_t count = 0; count < ROWSCAN_PLAIN_ROWS; count++) {
        rowscan_plain_row *row = &rows[count];
        if (!take_usual_row(kernel, bytes, at, row) && !take_row(kernel, bytes, at, row)) {
            return false;
        }
        job->rows[row->outcome] += 1;
        *at = behind_space(*at);
        if (**at == ']') {
            *at += 1;
            job->row_count = count + 1;
            return true;
        }
        if (**at != ',') {
            return false;
        }
        *at = behind_space(*at + 1);
    }
    return false;
}

bool rowscan_read_plain_job(
    const rowscan_kernel *kernel, const uint8_t *bytes, uint32_t offset, rowscan_plain_job *job,
    rowscan_plain_row *rows) {
    static const struct {
        const char *key;
        size_t length;
    } keys[ROWSCAN_JOB_KEYS] = {
#define KEY(name) {"\"" name "\"", sizeof name + 1}
        [ROWSCAN_JOB_ID] = KEY("job_id"),         [ROWSCAN_STATUS] = KEY("status"),
        [ROWSCAN_CREATED_AT] = KEY("created_at"), [ROWSCAN_UPDATED_AT] = KEY("updated_at"),
        [ROWSCAN_EXPIRES_AT] = KEY("expires_at"), [ROWSCAN_TOTAL] = KEY("total"),
        [ROWSCAN_PROCESSED] = KEY("processed"),   [ROWSCAN_SUCCEEDED] = KEY("succeeded"),
        [ROWSCAN_FAILED_COUNT] = KEY("failed"),   [ROWSCAN_RESULTS] = KEY("results"),
        [ROWSCAN_ERROR] = KEY("error"),
#undef KEY
    };
    // Jobs of one log have their keys in one order: the one that followed the last time is tried first.
    const uint8_t *at = bytes + offset;
    memset(job, 0, sizeof *job);
    job->offset = offset;
    job->times[0] = job->times[1] = job->times[2] = -1;
    uint32_t seen = 0, expected = 0;
    if (*at != '{') {
        return false;
    }
    at = behind_space(at + 1);
    for (bool is_last = false; !is_last;) {
        uint32_t key = expected;
        for (uint32_t tried = 0; !take_literal(&at, keys[key].key, keys[key].length); tried++) {
            if (tried == ROWSCAN_JOB_KEYS) {
                return false;
            }
            key = key + 1 == ROWSCAN_JOB_KEYS ? 0 : key + 1;
        }
        expected = key + 1 == ROWSCAN_JOB_KEYS ? 0 : key + 1;
        if (!mark(&seen, 1u << key) || !take_colon(&at)) {
            return false;
        }
        bool is_taken;
        switch (key) {
        case ROWSCAN_TOTAL:
        case ROWSCAN_PROCESSED:
        case ROWSCAN_SUCCEEDED:
        case ROWSCAN_FAILED_COUNT:
            is_taken = take_number(&at, &job->counts[key - ROWSCAN_TOTAL]);
            break;
        case ROWSCAN_RESULTS:
            is_taken = take_rows(kernel, bytes, &at, job, rows);
            break;
        case ROWSCAN_ERROR:
            is_taken = TAKE(&at, "null");
            break;
        case ROWSCAN_CREATED_AT:
        case ROWSCAN_UPDATED_AT:
        case ROWSCAN_EXPIRES_AT:
            is_taken = take_text(bytes, &at, &job->texts[key]);
            if (is_taken) {
                job->times[key - ROWSCAN_CREATED_AT] = plain_time(bytes, job->texts[key]);
            }
            break;
        default:
            is_taken = take_text(bytes, &at, &job->texts[key]);
            break;
        }
        if (!is_taken || !take_separator(&at, &is_last)) {
            return false;
        }
    }
    job->length = (uint32_t)(at - bytes) - offset;
    job->keys = seen;
    const uint32_t needed =
        1u << ROWSCAN_JOB_ID | 1u << ROWSCAN_STATUS | 1u << ROWSCAN_TOTAL | 1u << ROWSCAN_RESULTS;
    if ((seen & needed) != needed) {
        return false;
    }
    job->has_uuid = pack_id(kernel, bytes, job->texts[ROWSCAN_JOB_ID], job->uuid);
    return true;
}

bool rowscan_has_repeated_ids(
    const rowscan_kernel *kernel, const uint8_t *bytes, const rowscan_plain_job *job, const rowscan_plain_row *rows) {
    enum { places = 2 * ROWSCAN_PLAIN_ROWS };
    rowscan_id ids[ROWSCAN_PLAIN_ROWS];
    // The number of an id from 1 on, at the place of its hash or behind that; 0 where there is none.
    uint16_t table[places];
    uint32_t size = 4;
    while (size < 2 * job->row_count) {
        size *= 2;
    }
    memset(table, 0, size * sizeof *table);
    uint16_t count = 0;
    for (uint32_t row = 0; row < job->row_count; row++) {
        if (rows[row].id == 0) {
            continue;
        }
        rowscan_id *id = &ids[count];
        kernel->pack_uuids(bytes + rows[row].id, 0, 1, 0, 0, id);
        uint64_t halves[2];
        memcpy(halves, id->bytes, sizeof halves);
        uint64_t hash = (halves[0] ^ halves[1]) * 0x9E3779B97F4A7C15;
        uint32_t place = (uint32_t)(hash >> 40) & (size - 1);
        for (; table[place] != 0; place = (place + 1) & (size - 1)) {
            if (memcmp(ids[table[place] - 1].bytes, id->bytes, sizeof id->bytes) == 0) {
                return true;
            }
        }
        table[place] = ++count;
    }
    return false;
}
