#ifndef CBUILD_BUILD_H
#define CBUILD_BUILD_H

/// The commit that a package was built from, as passed to the compiler (`-DIMPORT_AUDIT_COMMIT=…`); NULL for any other
/// build, which therefore depends only on the sources.
const char *import_audit_commit(void);

#endif
