#pragma once
#include "rowscan.h"

// Each is in a separate file; NULL on other kinds of processors.
const rowscan_kernel *rowscan_avx2(void);
const rowscan_kernel *rowscan_sse2(void);
const rowscan_kernel *rowscan_neon(void);
const rowscan_kernel *rowscan_scalar(void);
