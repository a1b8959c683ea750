#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Finds the records of a CSV file (RFC 4180), 64 bytes at a time.
//
// For each 64 bytes there are masks of the quotes, delimiters and line ends. A prefix sum of the quotes, modulo 2, says
// which bytes are inside quotes. The record ends are the line ends that are not (here, $ is a line feed):
//
//     bytes    a,"b$""c",d$
//     quotes   ..1..11.1...
//     inside   ..111.11....
//     ends     ...........1
//
// The same masks show what is not RFC 4180: a quote in the middle of an unquoted field, something other than a
// delimiter after a closing quote, a carriage return or line feed on its own.

enum {
    // What is wrong at `fault_at`.
    SOURCE_FINE = 0,
    /// A quote inside a field that does not begin with one.
    SOURCE_STRAY_QUOTE,
    /// Something after a closing quote that does not end the field.
    SOURCE_TEXT_AFTER_QUOTE,
    /// A carriage return without a line feed in a file whose lines end with line feeds, or a line feed where lines end
    /// with carriage returns alone.
    SOURCE_LONE_RETURN,
    SOURCE_LONE_FEED,
    /// A record that ends here has a different number of columns.
    SOURCE_COLUMNS,
};

/// A record, from its first byte to the end of its line. `line` is the number of line ends before it since the first
/// call.
typedef struct {
    uint32_t start;
    uint32_t end;
    uint64_t line;
} source_record;

typedef struct {
    uint8_t delimiter;
    /// Lines end with a carriage return alone.
    bool ends_with_return;
    /// Columns of each record; 0 for any.
    uint32_t columns;

    // State kept from call to call; all zero before the first one.
    bool is_inside_quotes;
    /// Whether the byte before was a closing quote, was a carriage return outside of quotes (or anywhere, where these
    /// end lines), or was one after which no field begins.
    bool was_closing, was_return, was_inside_field;
    /// The number of delimiters in the record so far, and where the record begins.
    uint32_t delimiters;
    uint32_t start;
    /// The number of all line ends, of those before the record, and of completely empty lines.
    uint64_t lines, start_line, blank_lines;
    /// Whether a byte beyond ASCII was seen.
    bool has_other_bytes;

    // The first fault.
    uint32_t fault;
    uint32_t fault_at;
    /// The number of columns of the record, for SOURCE_COLUMNS.
    uint32_t fault_columns;
} source_csv;

/// Scans the bytes from `*from` to `end` and writes the records that end there. Stops at a fault, and after a whole
/// block of 64 bytes if there is no room for the records of another block. Returns the number of records written, and
/// advances `*from`.
size_t source_csv_scan(
    source_csv *state, const uint8_t *bytes, uint32_t *from, uint32_t end, source_record *records, size_t room,
    bool uses_vectors);
