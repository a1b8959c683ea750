#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Vector kernels over the bytes of a dump.
//
// Rows of one dump share a few shapes: the same literal bytes around an id and, in failed rows, around a code and a
// message. A shape is learned from a row that the strict reader has parsed. A row matches a shape if every byte of it
// is accounted for: a literal byte is equal, an id's byte is a hexadecimal digit, a text has neither quotes nor
// backslashes nor control characters nor anything beyond ASCII. So a match is a full validation, and what does not
// match goes to the strict reader.
//
//     {"id":"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","created":true},      one part
//     {"error":{"code":"…text…","message":"…text…"}},                    three parts around two texts

enum {
    /// Bytes that a vector holds.
    ROWSCAN_BLOCK = 32,
    /// Vectors that the longest part may take.
    ROWSCAN_PART_BLOCKS = 16,
    /// Parts of a shape: literal bytes before, between and after its texts.
    ROWSCAN_PARTS = 3,
    /// Bytes of the longest text that a row is matched with.
    ROWSCAN_TEXT = 1024 * 1024,
    /// Bytes that must be readable after the last byte of the text: kernels load whole vectors.
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

/// A row and the comma and white space after it.
typedef struct {
    uint32_t part_count;
    /// A bit for each text that must not be empty.
    uint32_t filled_texts;
    /// The part in which the id lies, and where in that; an id_part of ROWSCAN_PARTS stands for no id.
    uint32_t id_part;
    uint32_t id_offset;
    rowscan_part parts[ROWSCAN_PARTS];
} rowscan_shape;

/// Consecutive rows of one shape. A shape with texts makes runs of one row.
typedef struct {
    uint32_t shape;
    uint32_t count;
    /// Where the first row begins, and where its id does.
    uint32_t offset;
    uint32_t id_offset;
    uint32_t text_offset[ROWSCAN_PARTS - 1];
    uint32_t text_length[ROWSCAN_PARTS - 1];
} rowscan_run;

/// The result of a scan.
typedef struct {
    /// Runs that were written.
    uint32_t run_count;
    /// Where the first row begins that was not matched.
    uint32_t offset;
} rowscan_result;

/// A UUID in 16 bytes, and what its caller wants to know of the row it is from.
typedef struct {
    uint8_t bytes[16];
    uint64_t tag;
} rowscan_id;

// MARK: Whole jobs

// Logs hold many jobs of a few rows. A *plain* job is on one line, with nothing in it that would have to be noted: the
// fields that the API defines, each once, texts of plain ASCII, whole numbers, times of the usual form, rows with one
// outcome each. It has an id, a status, a total and at least one row. It is read at once; any other job is refused, and
// goes to the strict reader.

enum {
    /// Rows of the largest plain job.
    ROWSCAN_PLAIN_ROWS = 256,
    /// Bytes of the longest text.
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
    /// Of the object, from brace to brace.
    uint32_t offset;
    uint32_t length;
    /// A bit for each key that it has.
    uint32_t keys;
    uint32_t row_count;
    /// By outcome.
    uint32_t rows[ROWSCAN_OUTCOMES];
    /// Rows that were written, because they were not created.
    uint32_t noted_count;
    rowscan_text id;
    rowscan_text status;
    /// From ROWSCAN_TOTAL on.
    int64_t counts[4];
    /// From ROWSCAN_CREATED_AT on: the digits of a time such as 2025-03-04T10:06:00Z as one number.
    int64_t times[3];
    /// The value of the id, if `has_uuid`: it is a UUID of RFC 9562 in small letters, and no other text is the same one.
    uint64_t uuid[2];
    bool has_uuid;
} rowscan_plain_job;

/// A row of a plain job that was not created.
typedef struct {
    /// From 1.
    uint32_t number;
    uint32_t outcome;
    /// Of a failed row.
    rowscan_text code;
    rowscan_text message;
} rowscan_plain_row;

// MARK: Kernels

/// The kernels of one kind of processor.
typedef struct {
    const char *name;
    /// Matches rows from `offset` on, which must be where a row begins, as long as they match one of the shapes and end
    /// before `end`, and as long as there is room for runs.
    rowscan_result (*scan)(
        const rowscan_shape *shapes, uint32_t shape_count, const uint8_t *bytes, uint32_t offset, uint32_t end,
        rowscan_run *runs, uint32_t capacity);
    /// The length of the plain text at the front: up to a quote, a backslash, a control character or a byte beyond
    /// ASCII. Vectors are loaded whole: ROWSCAN_PADDING bytes after the end must be readable.
    size_t (*plain_text)(const uint8_t *bytes, size_t count);
    /// How many line feeds there are.
    size_t (*count_lines)(const uint8_t *bytes, size_t count);
    /// Whether 36 bytes are a UUID: 8-4-4-4-12 hexadecimal digits of either case.
    bool (*is_uuid)(const uint8_t *bytes);
    /// Packs `count` UUIDs that lie `stride` bytes apart. Each has the tag of the one before and `step` more. Only the
    /// 36 bytes of each are read.
    void (*pack_uuids)(
        const uint8_t *text, size_t stride, size_t count, uint64_t tag, uint64_t step, rowscan_id *ids);
    /// Reads plain jobs, one on each line, from `offset` on, where the first one must begin; returns how many. None that
    /// begins behind `last` is read.
    ///
    /// A zero must be after the last byte of the text, and ROWSCAN_PADDING bytes after that be readable.
    ///
    /// - distinct: a job is only plain if no two of its rows have the same id.
    /// - noted: the rows that were not created, job by job. There must be room for ROWSCAN_PLAIN_ROWS for a job to be read.
    uint32_t (*read_plain_jobs)(
        const uint8_t *bytes, uint32_t offset, uint32_t last, bool distinct, rowscan_plain_job *jobs, uint32_t capacity,
        rowscan_plain_row *noted, uint32_t noted_capacity);
} rowscan_kernel;

/// The kernel at `index`, best first, among those that this processor can run; NULL beyond the last. The last one is
/// scalar and runs everywhere.
const rowscan_kernel *rowscan_kernel_at(size_t index);
