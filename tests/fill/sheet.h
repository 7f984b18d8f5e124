/* sheet.h - forms for tests, written as the rows of a workbook, and a record being filled from one. */
#ifndef TESTS_FILL_SHEET_H
#define TESTS_FILL_SHEET_H

#include "tests/tap.h"

#include "forms/fill/fill.h"

/* A form from CSV text with the sheet's name in column 1. Fails the test when it does not open. */
struct form *sheet_form(const char *csv);

/* A record opened on 2026-11-22T00:00Z, Chinese, UTC+8, dice always the same; `directory` of attached files or NULL. */
struct fill *sheet_fill(const struct form *form, const char *directory);
struct fill_host sheet_host(const char *directory);

/* Node of a path; fails the test when there is none. */
fill_node sheet_node(const struct fill *f, const char *path);
void sheet_set(struct fill *f, const char *path, const char *value);
void sheet_is(const struct fill *f, const char *path, const char *value);
void sheet_relevant(const struct fill *f, const char *path, bool yes);

/* Labels of the stops on the way from first to last: "a b[1] c". Compare with `want`. */
void sheet_walk(const struct fill *f, const char *want);

/* Names of the choices on offer, blank separated. */
void sheet_choices(struct fill *f, const char *path, const char *want);

/* A workbook with a repeat of persons, for more than one test. */
extern const char *const sheet_household;

#endif
