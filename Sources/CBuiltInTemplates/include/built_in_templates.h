#pragma once
#include <stddef.h>

/// A file of the folder Templates, as it was at build time.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} built_in_template;

/// Returns the file at `index`, or one without a name beyond the last.
built_in_template built_in_template_at(size_t index);
