/* tree.h - packs to be broken: a copy of a folder, one place in one file of it changed. */
#ifndef TESTS_PACK_TREE_H
#define TESTS_PACK_TREE_H

/* Copy a folder over another, which is made; both must be short of 1 MiB a file. */
void tree_copy(const char *from, const char *to);

/* Replace the first `old` of a file in `dir` by `new`; it must be there. */
void tree_edit(const char *dir, const char *file, const char *old, const char *new);

#endif
