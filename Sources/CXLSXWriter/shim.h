#ifndef CXLSXWRITER_SHIM_H
#define CXLSXWRITER_SHIM_H

#include <dlfcn.h>
#include <stdbool.h>
#include <xlsxwriter.h>

// libxlsxwriter brings OpenSSL with it, which takes as long to load as the rest of the program. So it is loaded when
// the first workbook is made, and a machine without it can do everything else. A package links in a build of the
// library without OpenSSL, and is compiled with CXLSXWRITER_LINKED.

/// The functions used, with the types that the headers declare.
struct cxlsxwriter {
    __typeof__(workbook_new_opt) *workbook_new_opt;
    __typeof__(workbook_add_worksheet) *workbook_add_worksheet;
    __typeof__(workbook_add_format) *workbook_add_format;
    __typeof__(workbook_set_properties) *workbook_set_properties;
    __typeof__(workbook_close) *workbook_close;
    __typeof__(lxw_workbook_free) *lxw_workbook_free;
    __typeof__(lxw_strerror) *lxw_strerror;
    __typeof__(format_set_bold) *format_set_bold;
    __typeof__(format_set_text_wrap) *format_set_text_wrap;
    __typeof__(format_set_align) *format_set_align;
    __typeof__(format_set_num_format) *format_set_num_format;
    __typeof__(format_set_bg_color) *format_set_bg_color;
    __typeof__(worksheet_set_column) *worksheet_set_column;
    __typeof__(worksheet_freeze_panes) *worksheet_freeze_panes;
    __typeof__(worksheet_autofilter) *worksheet_autofilter;
    __typeof__(worksheet_set_landscape) *worksheet_set_landscape;
    __typeof__(worksheet_fit_to_pages) *worksheet_fit_to_pages;
    __typeof__(worksheet_write_string) *worksheet_write_string;
    __typeof__(worksheet_write_number) *worksheet_write_number;
    __typeof__(lxw_version_id) *lxw_version_id;
};

/// Loads the library, in the version of these headers; false if it is missing or lacks a function.
static inline bool cxlsxwriter_load(struct cxlsxwriter *functions) {
    bool is_complete = true;
#ifdef CXLSXWRITER_LINKED
#define CXLSXWRITER_FIND(name) functions->name = name
#else
    void *library = dlopen("libxlsxwriter.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return false;
#define CXLSXWRITER_FIND(name) is_complete &= (functions->name = (__typeof__(name) *)dlsym(library, #name)) != NULL
#endif
    CXLSXWRITER_FIND(workbook_new_opt);
    CXLSXWRITER_FIND(workbook_add_worksheet);
    CXLSXWRITER_FIND(workbook_add_format);
    CXLSXWRITER_FIND(workbook_set_properties);
    CXLSXWRITER_FIND(workbook_close);
    CXLSXWRITER_FIND(lxw_workbook_free);
    CXLSXWRITER_FIND(lxw_strerror);
    CXLSXWRITER_FIND(format_set_bold);
    CXLSXWRITER_FIND(format_set_text_wrap);
    CXLSXWRITER_FIND(format_set_align);
    CXLSXWRITER_FIND(format_set_num_format);
    CXLSXWRITER_FIND(format_set_bg_color);
    CXLSXWRITER_FIND(worksheet_set_column);
    CXLSXWRITER_FIND(worksheet_freeze_panes);
    CXLSXWRITER_FIND(worksheet_autofilter);
    CXLSXWRITER_FIND(worksheet_set_landscape);
    CXLSXWRITER_FIND(worksheet_fit_to_pages);
    CXLSXWRITER_FIND(worksheet_write_string);
    CXLSXWRITER_FIND(worksheet_write_number);
    CXLSXWRITER_FIND(lxw_version_id);
#undef CXLSXWRITER_FIND
    return is_complete;
}

/// Frees a workbook that will not be written. The library itself does not close the temporary files of its sheets.
static inline void cxlsxwriter_discard(const struct cxlsxwriter *functions, lxw_workbook *workbook) {
    if (functions->lxw_version_id() == LXW_VERSION_ID) {
        lxw_worksheet *sheet;
        LXW_FOREACH_WORKSHEET(sheet, workbook) {
            if (sheet->optimize_tmpfile) fclose(sheet->optimize_tmpfile);
            sheet->optimize_tmpfile = NULL;
        }
    }
    functions->lxw_workbook_free(workbook);
}

#endif
