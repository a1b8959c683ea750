#include "source_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef struct {
    uint64_t quote, delimiter, feed, carriage, other;
} masks;

typedef masks (*mask_function)(const uint8_t *bytes, uint8_t delimiter);

static inline __attribute__((always_inline)) masks scalar_masks(const uint8_t *bytes, uint8_t delimiter) {
    masks found = {0};
    for (unsigned i = 0; i < 64; i++) {
        const uint8_t byte = bytes[i];
        found.quote |= (uint64_t)(byte == '"') << i;
        found.delimiter |= (uint64_t)(byte == delimiter) << i;
        found.feed |= (uint64_t)(byte == '\n') << i;
        found.carriage |= (uint64_t)(byte == '\r') << i;
        found.other |= (uint64_t)(byte >> 7) << i;
    }
    return found;
}

/// Bit i is the sum of the bits up to i, modulo 2.
static inline __attribute__((always_inline)) uint64_t prefix_sum(uint64_t bits) {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

static inline __attribute__((always_inline)) uint64_t up_to(unsigned bit) {
    return bit == 63 ? ~(uint64_t)0 : ((uint64_t)1 << (bit + 1)) - 1;
}

static inline __attribute__((always_inline)) size_t scan(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room,
    mask_function mask
) {
    size_t count = 0;
    uint32_t position = *from;
    source_csv s = *state;
    while (position < end && room - count >= 64) {
        const uint32_t length = end - position < 64 ? end - position : 64;
        masks m;
        if (length == 64) {
            m = mask(bytes + position, s.delimiter);
        } else {
            uint8_t rest[64] = {0};
            memcpy(rest, bytes + position, length);
            m = mask(rest, s.delimiter);
        }
        const uint64_t all = up_to(length - 1);
        if (s.delimiter == 0) m.delimiter = 0;

        const uint64_t inside = prefix_sum(m.quote) ^ (s.is_inside_quotes ? ~(uint64_t)0 : 0);
        const uint64_t opening = m.quote & inside;
        const uint64_t closing = m.quote & ~inside;
        const uint64_t delimiters = m.delimiter & ~inside;
        const uint64_t feeds = m.feed & ~inside;
        const uint64_t returns = m.carriage & ~inside;
        const uint64_t ends = s.ends_with_return ? returns : feeds;

        // A quote opens a field, or is the second of a doubled one.
        const uint64_t before = delimiters | ends | closing;
        const uint64_t may_open = before << 1 | (s.was_inside_field ? 0 : 1);
        const uint64_t stray = opening & ~may_open;
        // What follows a closing quote ends the field, or doubles the quote.
        const uint64_t after_closing = closing << 1 | (s.was_closing ? 1 : 0);
        const uint64_t behind = after_closing & ~(delimiters | feeds | returns | m.quote);
        uint64_t lone;
        if (s.ends_with_return) {
            lone = feeds;
        } else {
            lone = (returns << 1 | (s.was_return ? 1 : 0)) & ~m.feed;
        }
        const uint64_t bad = (stray | behind | lone) & all;
        const unsigned first_bad = bad ? (unsigned)__builtin_ctzll(bad) : 64;

        // Where carriage returns end lines, a field may have breaks of all kinds.
        const uint64_t lines = s.ends_with_return
            ? m.carriage | (m.feed & ~(m.carriage << 1 | (s.was_return ? 1 : 0))) : m.feed;
        uint64_t rest = ends & all;
        uint64_t counted = 0;
        while (rest) {
            const unsigned bit = (unsigned)__builtin_ctzll(rest);
            if (bit >= first_bad) break;
            rest &= rest - 1;
            const uint64_t part = up_to(bit) & ~counted;
            counted = up_to(bit);
            s.delimiters += (uint32_t)__builtin_popcountll(delimiters & part);
            s.lines += (uint64_t)__builtin_popcountll(lines & part);
            const uint32_t record_end = position + bit + 1;
            const uint32_t size = record_end - s.start;
            if (size == 1 || (size == 2 && !s.ends_with_return && bytes[s.start] == '\r')) {
                s.blank_lines++;
            } else if (s.columns && s.delimiters + 1 != s.columns) {
                s.fault = SOURCE_COLUMNS;
                s.fault_at = s.start;
                s.fault_columns = s.delimiters + 1;
                *from = record_end;
                *state = s;
                return count;
            } else {
                records[count++] = (source_record){s.start, record_end, s.start_line};
            }
            s.start = record_end;
            s.start_line = s.lines;
            s.delimiters = 0;
        }
        if (bad) {
            const uint64_t at = (uint64_t)1 << first_bad;
            s.fault = at & stray ? SOURCE_STRAY_QUOTE
                : at & behind    ? SOURCE_TEXT_AFTER_QUOTE
                : s.ends_with_return ? SOURCE_LONE_FEED : SOURCE_LONE_RETURN;
            // The return itself lies before what shows that it is alone.
            s.fault_at = position + first_bad - (s.fault == SOURCE_LONE_RETURN ? 1 : 0);
            s.lines += (uint64_t)__builtin_popcountll(lines & up_to(first_bad) & ~counted & ~at);
            *from = position;
            *state = s;
            return count;
        }
        s.delimiters += (uint32_t)__builtin_popcountll(delimiters & all & ~counted);
        s.lines += (uint64_t)__builtin_popcountll(lines & all & ~counted);
        s.has_other_bytes |= (m.other & all) != 0;

        const uint64_t last = (uint64_t)1 << (length - 1);
        s.is_inside_quotes = (inside & last) != 0;
        s.was_closing = (closing & last) != 0;
        s.was_return = ((s.ends_with_return ? m.carriage : returns) & last) != 0;
        s.was_inside_field = (before & last) == 0;
        position += length;
    }
    *from = position;
    *state = s;
    return count;
}

#if defined(__x86_64__)
static inline __attribute__((always_inline, target("avx2"))) uint64_t equal(__m256i low, __m256i high, uint8_t byte) {
    const __m256i all = _mm256_set1_epi8((char)byte);
    const uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    const uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return (uint64_t)b << 32 | a;
}

static inline __attribute__((always_inline, target("avx2"))) masks avx2_masks(const uint8_t *bytes, uint8_t delimiter) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
    return (masks){
        .quote = equal(low, high, '"'),
        .delimiter = equal(low, high, delimiter),
        .feed = equal(low, high, '\n'),
        .carriage = equal(low, high, '\r'),
        .other = (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 | (uint32_t)_mm256_movemask_epi8(low),
    };
}

__attribute__((target("avx2,popcnt,bmi"))) static size_t scan_avx2(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room
) {
    return scan(state, bytes, from, end, records, room, avx2_masks);
}
#endif

static size_t scan_scalar(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room
) {
    return scan(state, bytes, from, end, records, room, scalar_masks);
}

bool source_has_vectors(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
#else
    return false;
#endif
}

size_t source_csv_scan(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room,
    bool uses_vectors
) {
#if defined(__x86_64__)
    if (uses_vectors) return scan_avx2(state, bytes, from, end, records, room);
#endif
    return scan_scalar(state, bytes, from, end, records, room);
}
