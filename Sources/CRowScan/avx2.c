#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "plain_text.h"
#include "usual_rows.h"
#include "uuid.h"

#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,bmi,popcnt")))
#define KERNEL_NAME "avx2"

/// Sets all bits of each byte that is not a hexadecimal digit. The nibbles of a digit have a class bit in common: 3x
/// with x up to 9 (bit 0), 4x and 6x with x from 1 to 6 (bit 1). A byte beyond ASCII looks up 0.
TARGET static inline __m256i avx2_no_digits(__m256i bytes) {
    const __m256i low_classes = _mm256_setr_epi8(
        1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0);
    const __m256i high_classes = _mm256_setr_epi8(
        0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    __m256i low = _mm256_shuffle_epi8(low_classes, bytes);
    __m256i high_nibbles = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
    __m256i high = _mm256_shuffle_epi8(high_classes, high_nibbles);
    return _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
}

TARGET static inline bool avx2_bad_bytes(const uint8_t *bytes, const rowscan_block *block) {
    __m256i text = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i literal = _mm256_loadu_si256((const __m256i *)block->literal);
    __m256i literal_mask = _mm256_loadu_si256((const __m256i *)block->literal_mask);
    __m256i digit_mask = _mm256_loadu_si256((const __m256i *)block->digit_mask);
    __m256i wrong_literals = _mm256_andnot_si256(_mm256_cmpeq_epi8(text, literal), literal_mask);
    __m256i wrong_digits = _mm256_and_si256(avx2_no_digits(text), digit_mask);
    __m256i bad = _mm256_or_si256(wrong_literals, wrong_digits);
    return !_mm256_testz_si256(bad, bad);
}

TARGET static inline uint32_t avx2_special_bytes(const uint8_t *bytes) {
    __m256i text = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i quotes = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('"'));
    __m256i backslashes = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('\\'));
    // In a signed comparison, bytes beyond ASCII are below the space too.
    __m256i others = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), text);
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quotes, backslashes), others));
}

TARGET static inline size_t avx2_line_feeds(const uint8_t *bytes) {
    __m256i text = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i lines = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('\n'));
    return (size_t)__builtin_popcount((uint32_t)_mm256_movemask_epi8(lines));
}

/// The values of 16 digits, two to a 16-bit number. A letter is above '9' and is worth 9 more than its low four bits.
TARGET static inline __m128i avx2_pairs(__m128i digits) {
    __m128i values = _mm_and_si128(digits, _mm_set1_epi8(0x0F));
    __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(digits, _mm_set1_epi8('9')), _mm_set1_epi8(9));
    return _mm_maddubs_epi16(_mm_add_epi8(values, letters), _mm_set1_epi16(0x0110));
}

TARGET static inline void avx2_pack_uuid(const uint8_t *text, uint8_t *bytes) {
    // Drops the dashes: the first 16 digits are in the 16 bytes from 0 and from 2 on, the others in those from 19 and
    // from 20 on.
    const __m128i front = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i front_rest = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 7, 8, 9, 10, 12, 13, 14, 15);
    const __m128i back = _mm_setr_epi8(0, 1, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i back_rest = _mm_setr_epi8(-1, -1, -1, -1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m128i first = _mm_or_si128(
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)text), front),
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(text + 2)), front_rest));
    __m128i second = _mm_or_si128(
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(text + 19)), back),
        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(text + 20)), back_rest));
    _mm_storeu_si128((__m128i *)bytes, _mm_packus_epi16(avx2_pairs(first), avx2_pairs(second)));
}

#include "kernel.inc"

const rowscan_kernel *rowscan_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") ? &avx2_kernel : NULL;
}
#else
const rowscan_kernel *rowscan_avx2(void) {
    return NULL;
}
#endif
