#pragma once
#include <stddef.h>

/// A file of the folder Templates, as it was when the program was built.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} built_in_template;

/// The file at `index`; one without a name beyond the last.
built_in_template built_in_template_at(size_t index);
