#ifndef CBUILD_BUILD_H
#define CBUILD_BUILD_H

/// The commit that a package was built from, as it was given to the compiler (`-DIMPORT_AUDIT_COMMIT=…`); NULL for any
/// other build, so that a build depends on the sources alone.
const char *import_audit_commit(void);

#endif
