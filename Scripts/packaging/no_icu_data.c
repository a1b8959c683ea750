// ICU tables without a single entry, under the name by which Foundation's static library looks for its own: 34 MB of
// languages, calendars, time zones and collations. Only the reader of histories (GRDB) requires Foundation, and uses
// nothing that needs them. The linker option --wrap=icudt76_dat redirects all references here, so the original tables
// are unused and left out. Asking ICU for a table gives the error for a missing one.
//
// The format is ICU's common data, version 1: https://unicode-org.github.io/icu/userguide/icu_data/
#include <stdint.h>

#define ICU_DATA_NAME __wrap_icudt76_dat

struct common_data {
    uint16_t header_size;
    uint8_t magic1, magic2;
    // UDataInfo
    uint16_t info_size, reserved;
    uint8_t is_big_endian, charset, size_of_uchar, reserved2;
    uint8_t format[4], format_version[4], data_version[4];
    uint8_t padding[8];
    // The table of contents.
    uint32_t count;
};

_Static_assert(__builtin_offsetof(struct common_data, count) == 32, "the contents follow the header");

__attribute__((aligned(16))) const struct common_data ICU_DATA_NAME = {
    .header_size = 32,
    .magic1 = 0xda,
    .magic2 = 0x27,
    .info_size = 20,
    .is_big_endian = 0,
    .charset = 0,
    .size_of_uchar = 2,
    .format = {'C', 'm', 'n', 'D'},
    .format_version = {1, 0, 0, 0},
    .data_version = {76, 0, 0, 0},
    .count = 0,
};
