/* ctl.h - the command line: one table of commands, one way to read options, one way to answer.
 *
 * A command takes its options out of the argument list, checks that nothing unknown is left, does its work through the
 * same libraries as the screens, and answers: text for a person on standard output, or with --json one document.
 * Messages go to standard error. Exit status: 0 done, 1 refused, 2 usage or not in this build, 3 the machine failed.
 */
#ifndef SYNC_CTL_CTL_H
#define SYNC_CTL_CTL_H

#include "forms/base/jdoc.h"

#include <stdbool.h>
#include <stdio.h>

struct profile;

enum { CTL_ARGS_MAX = 4096 };

struct ctl {
	const char *profile_dir;          /* --profile, XUNCHA_PROFILE, or ~/.local/share/xuncha; never NULL */
	const char *as;                   /* --as LABEL: which writer of the profile; NULL = the only one */
	const char *pin_file;             /* --pin-file F; NULL = ask on the terminal */
	bool json;                        /* --json: one document instead of text */
	int argc;                         /* arguments of the command that are left, its name not counted */
	char **argv;
	struct jdoc *answer;              /* what --json prints at the end; set by ctl_answer() */
	struct profile *open;             /* by ctl_open(); closed at the end */
	uint64_t *drafts; size_t draft_count;     /* what its records go by until it has answered: once.h */
};

struct ctl_command {
	const char *name;                 /* "record submit" */
	const char *usage;                /* arguments, as in the manual page */
	const char *help;                 /* one line */
	enum err (*run)(struct ctl *c);
};

/* Every command, ended by a NULL name. The help, the completion and the manual page are made from these. */
extern const struct ctl_command ctl_commands[];

/* Run argv (without the program's name). Returns the exit status. */
int ctl_run(int argc, char **argv);

/* Take "--name VALUE" or "--name=VALUE" out of the arguments; NULL when it is not there. ctl_need(): ERR_USAGE then. */
const char *ctl_take(struct ctl *c, const char *name);
enum err ctl_need(struct ctl *c, const char *name, const char **value);
bool ctl_flag(struct ctl *c, const char *name);

/* What is left must be between `min` and `max` plain words: ERR_USAGE names the option nobody took or what is missing. */
enum err ctl_rest(struct ctl *c, int min, int max);
/* Exactly `count` words, which may begin with "--" (an expression may). */
enum err ctl_rest_raw(struct ctl *c, int count);

/* One line for a person: no name of a file or of anybody makes two of it, control characters stand as '?'. Of the answer (nothing under
 * --json), and of what is to be known beside it, on standard error. Then the document for a program (takes it). */
void ctl_say(struct ctl *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ctl_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ctl_answer(struct ctl *c, struct jdoc *answer);
/* A text of several lines, whose line feeds and tabs are its own and stay; the other control characters as '?'. */
void ctl_print(FILE *to, const char *text);

/* --- profile.c --- */

/* Open the profile; with `unlock` the writer --as names, by its PIN. What the ladder had to do is said on standard error.
 * An office store opens without a PIN; a device's is locked until then. The profile is closed when the command ends. */
enum err ctl_open(struct ctl *c, bool unlock, struct profile **out);

/* The PIN from --pin-file or the terminal, without its line end, in guarded memory: ctl_pin_free(). */
enum err ctl_pin(struct ctl *c, char **out);
void ctl_pin_free(char *pin);

/* The pack in force. ERR_NOTFOUND says how to get one. */
struct pack;
enum err ctl_pack(struct ctl *c, const struct pack **out);

/* A row as people name it: "REGISTER:REF:N", "REGISTER:=FIELD:VALUE", or "REF:N" alone where `reg` is NULL-able. */
struct row_id;
enum err ctl_row(struct ctl *c, const char *text, char reg[64], struct row_id *out);

#endif
