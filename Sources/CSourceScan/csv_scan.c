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

typedef uint64_t (*sum_function)(uint64_t bits);

/// Bit i is the sum of the bits up to i, modulo 2.
static inline __attribute__((always_inline)) uint64_t scalar_sum(uint64_t bits) {
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

/// Always inlined: the functions are constants where it is called and, with vectors, so is `ends_with_return`.
static inline __attribute__((always_inline)) size_t scan(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room,
    const bool ends_with_return, mask_function mask, sum_function prefix_sum
) {
    size_t count = 0;
    uint32_t position = *from;
    // The state between blocks is kept in registers, as the bits that it adds to the next block's masks.
    const uint8_t delimiter = state->delimiter;
    const uint64_t has_delimiter = delimiter ? ~(uint64_t)0 : 0;
    const uint32_t columns = state->columns;
    uint64_t carried_inside = state->is_inside_quotes ? ~(uint64_t)0 : 0;
    uint64_t carried_closing = state->was_closing, carried_return = state->was_return;
    uint64_t carried_opening = !state->was_inside_field;
    uint64_t others = 0;
    uint32_t counted_delimiters = state->delimiters, start = state->start;
    uint64_t counted_lines = state->lines, start_line = state->start_line;
    uint32_t fault = SOURCE_FINE;
    uint8_t last_block[64];
    while (position < end && room - count >= 64) {
        const uint32_t length = end - position < 64 ? end - position : 64;
        // `mask` is called in one place only: with two calls, the compiler gathers its vectors byte by byte, at a third
        // of the speed.
        const uint8_t *block = bytes + position;
        if (__builtin_expect(length < 64, 0)) {
            memset(last_block, 0, sizeof last_block);
            memcpy(last_block, block, length);
            block = last_block;
        }
        const masks m = mask(block, delimiter);
        const uint64_t all = up_to(length - 1);

        const uint64_t inside = prefix_sum(m.quote) ^ carried_inside;
        const uint64_t opening = m.quote & inside;
        const uint64_t closing = m.quote & ~inside;
        const uint64_t delimiters = m.delimiter & ~inside & has_delimiter;
        const uint64_t feeds = m.feed & ~inside;
        const uint64_t returns = m.carriage & ~inside;
        const uint64_t ends = ends_with_return ? returns : feeds;

        // A quote must open a field or be the second one of a doubled quote.
        const uint64_t before = delimiters | ends | closing;
        const uint64_t stray = opening & ~(before << 1 | carried_opening);
        // What follows a closing quote must end the field or double the quote.
        const uint64_t behind = (closing << 1 | carried_closing) & ~(delimiters | feeds | returns | m.quote);
        const uint64_t lone = ends_with_return ? feeds : (returns << 1 | carried_return) & ~m.feed;
        const uint64_t bad = (stray | behind | lone) & all;

        // Where carriage returns end lines, a field may contain line breaks of all kinds.
        const uint64_t lines =
            ends_with_return ? m.carriage | (m.feed & ~(m.carriage << 1 | carried_return)) : m.feed;
        uint64_t rest = ends & all;
        // Nothing after a fault counts.
        if (__builtin_expect(bad != 0, 0)) rest &= up_to((unsigned)__builtin_ctzll(bad)) >> 1;
        uint64_t uncounted = all;
        while (rest) {
            const unsigned bit = (unsigned)__builtin_ctzll(rest);
            rest &= rest - 1;
            const uint64_t part = up_to(bit) & uncounted;
            uncounted &= ~up_to(bit);
            counted_delimiters += (uint32_t)__builtin_popcountll(delimiters & part);
            counted_lines += (uint64_t)__builtin_popcountll(lines & part);
            const uint32_t record_end = position + bit + 1;
            const uint32_t size = record_end - start;
            if (__builtin_expect(size <= 2, 0) &&
                (size == 1 || (!ends_with_return && bytes[start] == '\r'))) {
                state->blank_lines++;
            } else if (__builtin_expect(columns && counted_delimiters + 1 != columns, 0)) {
                fault = SOURCE_COLUMNS;
                state->fault_at = start;
                state->fault_columns = counted_delimiters + 1;
                position = record_end;
                goto done;
            } else {
                records[count++] = (source_record){start, record_end, start_line};
            }
            start = record_end;
            start_line = counted_lines;
            counted_delimiters = 0;
        }
        if (__builtin_expect(bad != 0, 0)) {
            const unsigned first_bad = (unsigned)__builtin_ctzll(bad);
            const uint64_t at = (uint64_t)1 << first_bad;
            fault = at & stray ? SOURCE_STRAY_QUOTE
                : at & behind  ? SOURCE_TEXT_AFTER_QUOTE
                : ends_with_return ? SOURCE_LONE_FEED : SOURCE_LONE_RETURN;
            // The carriage return itself is before the byte that shows that it is alone.
            state->fault_at = position + first_bad - (fault == SOURCE_LONE_RETURN ? 1 : 0);
            counted_lines += (uint64_t)__builtin_popcountll(lines & up_to(first_bad) & uncounted & ~at);
            goto done;
        }
        counted_delimiters += (uint32_t)__builtin_popcountll(delimiters & uncounted);
        counted_lines += (uint64_t)__builtin_popcountll(lines & uncounted);
        others |= m.other & all;

        const unsigned last = length - 1;
        carried_inside = (inside >> last & 1) ? ~(uint64_t)0 : 0;
        carried_closing = closing >> last & 1;
        carried_return = (ends_with_return ? m.carriage : returns) >> last & 1;
        carried_opening = before >> last & 1;
        position += length;
    }
done:
    *from = position;
    state->is_inside_quotes = carried_inside != 0;
    state->was_closing = carried_closing != 0;
    state->was_return = carried_return != 0;
    state->was_inside_field = !carried_opening;
    state->has_other_bytes |= others != 0;
    state->delimiters = counted_delimiters;
    state->start = start;
    state->lines = counted_lines;
    state->start_line = start_line;
    if (fault != SOURCE_FINE) state->fault = fault;
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

static inline __attribute__((always_inline, target("pclmul"))) uint64_t clmul_sum(uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

__attribute__((target("avx2,popcnt,bmi,pclmul"))) static size_t scan_avx2(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room
) {
    return state->ends_with_return
        ? scan(state, bytes, from, end, records, room, true, avx2_masks, clmul_sum)
        : scan(state, bytes, from, end, records, room, false, avx2_masks, clmul_sum);
}
#endif

static size_t scan_scalar(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room
) {
    return scan(state, bytes, from, end, records, room, state->ends_with_return, scalar_masks, scalar_sum);
}

// Costs a few loads, once for each window.
static bool has_vectors(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("pclmul");
#else
    return false;
#endif
}

size_t source_csv_scan(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room,
    bool uses_vectors
) {
#if defined(__x86_64__)
    if (uses_vectors && has_vectors()) return scan_avx2(state, bytes, from, end, records, room);
#endif
    return scan_scalar(state, bytes, from, end, records, room);
}
