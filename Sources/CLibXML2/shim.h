#ifndef CLIBXML2_SHIM_H
#define CLIBXML2_SHIM_H

// Some distributions build libxml2 with ICU, and its headers then pull in ICU's, which clash with the copy that
// Foundation brings. Nothing here needs them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlregexp.h>
#include <libxml/xmlschemastypes.h>

// From libxml2 2.12 on, the error in xmlStructuredErrorFunc is const. This is the only type that Swift sees.
typedef void (*clibxml2_error_callback)(void *context, const xmlError *error);

static inline void clibxml2_on_validation_error(
    xmlRelaxNGValidCtxtPtr validation, clibxml2_error_callback callback, void *context
) {
    xmlRelaxNGSetValidStructuredErrors(validation, (xmlStructuredErrorFunc)callback, context);
}

static inline void clibxml2_on_grammar_error(
    xmlRelaxNGParserCtxtPtr parser, clibxml2_error_callback callback, void *context
) {
    xmlRelaxNGSetParserStructuredErrors(parser, (xmlStructuredErrorFunc)callback, context);
}

// The callback gets the parser context, like every other SAX event.
static inline void clibxml2_on_parse_error(xmlParserCtxtPtr parser, clibxml2_error_callback callback) {
    parser->sax->serror = (xmlStructuredErrorFunc)callback;
}

// xmlFree is a variable that any thread may set, so Swift does not allow its use.
static inline void clibxml2_free(void *memory) {
    xmlFree(memory);
}

// How one thread handles errors that reach no context of their own.
typedef struct {
    xmlGenericErrorFunc generic;
    void *generic_context;
    xmlStructuredErrorFunc structured;
    void *structured_context;
} clibxml2_error_handlers;

// Swift cannot define a variadic C function.
static inline void clibxml2_discard(void *context, const char *format, ...) {
    (void)context;
    (void)format;
}

// Sends this thread's stray errors to the callback, and discards stray text. Returns the previous handlers.
// (The globals are macros over per-thread accessors, which Swift does not import.)
static inline clibxml2_error_handlers clibxml2_redirect_errors(clibxml2_error_callback callback, void *context) {
    clibxml2_error_handlers before = {
        xmlGenericError, xmlGenericErrorContext, xmlStructuredError, xmlStructuredErrorContext
    };
    xmlSetGenericErrorFunc(NULL, clibxml2_discard);
    xmlSetStructuredErrorFunc(context, (xmlStructuredErrorFunc)callback);
    return before;
}

static inline void clibxml2_restore_errors(clibxml2_error_handlers before) {
    xmlSetGenericErrorFunc(before.generic_context, before.generic);
    xmlSetStructuredErrorFunc(before.structured_context, before.structured);
}

#endif
