#include <archive.h>
#include <archive_entry.h>

/* Linux: makes a whole file system durable (man 2 syncfs). glibc hides it unless _GNU_SOURCE is set before the first header, which Swift's importer does not do. */
int syncfs(int descriptor);
