/* err.h - result codes shared by every room.
 *
 * A function that can fail returns enum err; ERR_OK is 0, so `if ((e = f()))` reads well. err_set() also keeps one
 * line of detail for the person at the screen, and returns the code, so the failing place is one statement:
 *
 *     return err_set(ERR_FORMAT, _("第 %u 行: 缺少名称 (name)"), row);
 *
 * Codes are for programs to branch on; the detail is only ever shown, never parsed. A detail says what happened, to
 * which file, row or item, and what to do next. Libraries never print and never exit.
 */
#ifndef FORMS_BASE_ERR_H
#define FORMS_BASE_ERR_H

#include <stdbool.h>

/* X(name, what a person reads, exit status of a command that ends with it; design.md: 1 refused, 2 usage, 3 machine) */
#define ERR_LIST(X) \
	X(OK,          N_("好了"), 0) \
	X(IO,          N_("读写失败"), 3) \
	X(NOMEM,       N_("内存不够"), 3) \
	X(FULL,        N_("存储空间不够"), 3) \
	X(CORRUPT,     N_("存储的数据损坏"), 3) \
	X(FORMAT,      N_("格式不对"), 1) \
	X(VERSION,     N_("由更新的版本写成"), 1) \
	X(LIMIT,       N_("超过允许的大小"), 1) \
	X(SIGNATURE,   N_("签名不符"), 1) \
	X(UNKNOWN,     N_("不认识的来源"), 1) \
	X(NOTFOUND,    N_("没有找到"), 1) \
	X(EXISTS,      N_("已经存在"), 1) \
	X(DENIED,      N_("不允许"), 1) \
	X(CONFLICT,    N_("有冲突"), 1) \
	X(PIN,         N_("PIN 不对"), 1) \
	X(BUSY,        N_("正被占用, 请稍候"), 1) \
	X(HELD,        N_("先留着, 等缺的部分"), 1) \
	X(USAGE,       N_("用法不对"), 2) \
	X(UNSUPPORTED, N_("这个版本不支持"), 2)

enum err {
#define X(name, text, status) ERR_##name,
	ERR_LIST(X)
#undef X
};

enum { ERR_DETAIL = 512 };

/* Remember one line of detail (cut at ERR_DETAIL - 1 bytes, on a character border) for this thread and return `code`. */
enum err err_set(enum err code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put "what: " in front of the detail there is, and return `code`: adds the file or item as an error travels up. */
enum err err_in(enum err code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The code that errno `n` stands for: ENOSPC and EDQUOT are ERR_FULL, ENOENT is ERR_NOTFOUND, and so on. */
enum err err_from_errno(int n);

/* Name of a code in programs ("FORMAT"), for JSON; never NULL. */
const char *err_name(enum err code);

/* Fixed text of a code in the reader's language; never NULL. */
const char *err_text(enum err code);

/* Exit status for a command that ends with `code`. */
int err_status(enum err code);
/* Is it the machine's trouble (status 3), and not what was written or asked? Then the same may do another time. */
bool err_is_machine(enum err code);

/* Detail given with the last err_set() of this thread; "" when there was none. Valid until the next err_set(). */
const char *err_detail(void);

#endif
