#include "build.h"

#include <stddef.h>

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const char *import_audit_commit(void) {
#ifdef IMPORT_AUDIT_COMMIT
    return TEXT(IMPORT_AUDIT_COMMIT);
#else
    return NULL;
#endif
}
