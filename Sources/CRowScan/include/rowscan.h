#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Vector kernels over the bytes of a dump.
//
// Rows of one dump share a few shapes: the same literal bytes around an id and, in failed rows, around a code and a
// message. A shape is learned from a row that the strict reader has parsed. A row matches a shape if every byte of it
// is accounted for: literal bytes are equal, an id's bytes are hexadecimal digits, and a text has no quotes,
// backslashes, control characters or bytes beyond ASCII. So a match is a full validation, and a row that does not match
// goes to the strict reader.
//
//     {"id":"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","created":true},      one part
//     {"error":{"code":"…text…","message":"…text…"}},                    three parts around two texts

enum {
    /// The number of bytes in a vector.
    ROWSCAN_BLOCK = 32,
    /// The maximum number of vectors in a part.
    ROWSCAN_PART_BLOCKS = 16,
    /// Parts of a shape: literal bytes before, between and after its texts.
    ROWSCAN_PARTS = 3,
    /// The maximum number of bytes of a text in a row that is matched.
    ROWSCAN_TEXT = 1024 * 1024,
    /// The number of bytes that must be readable after the text, because kernels load whole vectors.
    ROWSCAN_PADDING = 64,
};

/// 32 bytes of a part. A byte is literal if its literal_mask is 0xFF, a hexadecimal digit if its digit_mask is 0xFF,
/// and after the part's end if both are 0.
typedef struct {
    uint8_t literal[ROWSCAN_BLOCK];
    uint8_t literal_mask[ROWSCAN_BLOCK];
    uint8_t digit_mask[ROWSCAN_BLOCK];
} rowscan_block;

typedef struct {
    uint32_t length;
    uint32_t block_count;
    rowscan_block blocks[ROWSCAN_PART_BLOCKS];
} rowscan_part;

/// A row, including the comma and white space after it.
typedef struct {
    uint32_t part_count;
    /// A bit for each text that must not be empty.
    uint32_t filled_texts;
    /// The part that contains the id, and the id's offset in it; an id_part of ROWSCAN_PARTS stands for no id.
    uint32_t id_part;
    uint32_t id_offset;
    rowscan_part parts[ROWSCAN_PARTS];
} rowscan_shape;

/// Consecutive rows of one shape. A run of a shape with texts has one row.
typedef struct {
    uint32_t shape;
    uint32_t count;
    /// Where the first row begins, and where its id begins.
    uint32_t offset;
    uint32_t id_offset;
    uint32_t text_offset[ROWSCAN_PARTS - 1];
    uint32_t text_length[ROWSCAN_PARTS - 1];
} rowscan_run;

/// The result of a scan.
typedef struct {
    /// The number of runs that were written.
    uint32_t run_count;
    /// Where the first row that was not matched begins.
    uint32_t offset;
} rowscan_result;

/// A UUID in 16 bytes, and what the caller wants to know about its row.
typedef struct {
    uint8_t bytes[16];
    uint64_t tag;
} rowscan_id;

// MARK: Whole jobs

// Logs contain many jobs with few rows. A *plain* job is on one line and has nothing to note: the fields that the API
// defines, each at most once, texts of plain ASCII, whole numbers, times of the usual form, rows with one outcome each.
// It has an id, a status, a total and at least one row. It is read at once; any other job is refused, and goes to the
// strict reader.

enum {
    /// The maximum number of rows in a plain job.
    ROWSCAN_PLAIN_ROWS = 256,
    /// The maximum number of bytes of a text.
    ROWSCAN_PLAIN_TEXT = 4096,

    // Keys of a job, in the order in which the API writes them.
    ROWSCAN_JOB_ID = 0,
    ROWSCAN_STATUS,
    ROWSCAN_TOTAL,
    ROWSCAN_PROCESSED,
    ROWSCAN_SUCCEEDED,
    ROWSCAN_FAILED_COUNT,
    ROWSCAN_CREATED_AT,
    ROWSCAN_UPDATED_AT,
    ROWSCAN_EXPIRES_AT,
    ROWSCAN_ERROR,
    ROWSCAN_RESULTS,
    ROWSCAN_JOB_KEYS,

    // Outcomes of rows.
    ROWSCAN_CREATED = 0,
    ROWSCAN_EXISTING,
    ROWSCAN_FAILED,
    ROWSCAN_OUTCOMES,
};

typedef struct {
    uint32_t offset;
    uint32_t length;
} rowscan_text;

typedef struct {
    /// The object, from brace to brace.
    uint32_t offset;
    uint32_t length;
    /// A bit for each key that it has.
    uint32_t keys;
    uint32_t row_count;
    /// By outcome.
    uint32_t rows[ROWSCAN_OUTCOMES];
    /// The number of rows that were written, because they were not created.
    uint32_t noted_count;
    rowscan_text id;
    rowscan_text status;
    /// From ROWSCAN_TOTAL on.
    int64_t counts[4];
    /// From ROWSCAN_CREATED_AT on: the digits of a time such as 2025-03-04T10:06:00Z as one number.
    int64_t times[3];
    /// The value of the id, if `has_uuid`: it is a UUID of RFC 9562 in lowercase, so no other text has the same value.
    uint64_t uuid[2];
    bool has_uuid;
} rowscan_plain_job;

/// A row of a plain job that was not created.
typedef struct {
    /// Counted from 1.
    uint32_t number;
    uint32_t outcome;
    /// For a failed row.
    rowscan_text code;
    rowscan_text message;
} rowscan_plain_row;

// MARK: Kernels

/// The kernels of one kind of processor.
typedef struct {
    const char *name;
    /// Matches rows from `offset` on, where a row must begin, as long as they match one of the shapes and end by
    /// `end`, and as long as there is room for runs.
    rowscan_result (*scan)(
        const rowscan_shape *shapes, uint32_t shape_count, const uint8_t *bytes, uint32_t offset, uint32_t end,
        rowscan_run *runs, uint32_t capacity);
    /// The length of the plain text at the front, up to a quote, a backslash, a control character or a byte beyond
    /// ASCII. Vectors are loaded whole, so ROWSCAN_PADDING bytes after the end must be readable.
    size_t (*plain_text)(const uint8_t *bytes, size_t count);
    /// The number of line feeds.
    size_t (*count_lines)(const uint8_t *bytes, size_t count);
    /// Whether 36 bytes are a UUID: 8-4-4-4-12 hexadecimal digits of either case.
    bool (*is_uuid)(const uint8_t *bytes);
    /// Packs `count` UUIDs that are `stride` bytes apart. Each one's tag is `step` more than the one before. Only the
    /// 36 bytes of each are read.
    void (*pack_uuids)(
        const uint8_t *text, size_t stride, size_t count, uint64_t tag, uint64_t step, rowscan_id *ids);
    /// Reads plain jobs, one on each line, from `offset` on, where the first one must begin; returns how many. Jobs
    /// that begin after `last` are not read.
    ///
    /// A zero must follow the text, and ROWSCAN_PADDING bytes from that zero on must be readable.
    ///
    /// - distinct: whether a job is plain only if no two of its rows have the same id.
    /// - noted: the rows that were not created, job by job. To read a job, there must be room for ROWSCAN_PLAIN_ROWS.
    uint32_t (*read_plain_jobs)(
        const uint8_t *bytes, uint32_t offset, uint32_t last, bool distinct, rowscan_plain_job *jobs, uint32_t capacity,
        rowscan_plain_row *noted, uint32_t noted_capacity);
} rowscan_kernel;

/// The kernel at `index` among those that this processor can run, best first; NULL after the last one, which is scalar
/// and runs everywhere.
const rowscan_kernel *rowscan_kernel_at(size_t index);
