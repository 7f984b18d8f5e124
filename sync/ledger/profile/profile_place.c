/* Where and when: which machine and directory this is, which boot, what time. sync.md sections 3.2, 3.3 and 6. */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/ledger/log/log_record.h"
#include "sync/ledger/log/truetime.h"

#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>

enum { MSDOS = 0x4d44, EXFAT = 0x2011bab0, SDCARDFS = 0x5dca2df5 };

static const int64_t doubt_after = (int64_t)400 * 24 * 3600 * 1000, doubt_within = 15 * 60 * 1000;

/* The first `max` bytes of a file that has no size, such as those of /proc; 0 when there is none. */
static size_t peek(const char *path, char *out, size_t max)
{
	ssize_t n = 0;
	int fd = sys->open(path, O_RDONLY, 0);

	if (fd >= 0) {
		n = sys->pread(fd, out, max, 0);
		sys->close(fd);
	}
	return n > 0 ? (size_t)n : 0;
}

/* Inodes of these change when the medium is put in again, so a copy could not be told from the original. */
enum err profile_place_fit(const char *dir)
{
	struct statfs sf;

	if (statfs(dir, &sf))
		return ERR_OK;
	if ((uint32_t)sf.f_type == MSDOS || (uint32_t)sf.f_type == EXFAT || (uint32_t)sf.f_type == SDCARDFS)
		return err_set(ERR_UNSUPPORTED, _("%s: 这里是 FAT 或共享存储, 不能放工作目录: 请放到本机存储上"), dir);
	return ERR_OK;
}

enum err profile_placement(const char *dir, uint64_t *out)
{
	struct buf path = { 0 }, about = { 0 };
	char machine[64];
	uint8_t hash[KEYS_HASH];
	struct stat st;
	enum err e;

	fs_path(&path, dir, "seat");
	e = path.err;
	if (!e && sys->lstat(path.data, &st))
		e = err_set(ERR_IO, "%s", path.data);
	if (!e) {
		buf_be64(&about, (uint64_t)st.st_ino);
		buf_put(&about, machine, peek("/etc/machine-id", machine, sizeof machine));
		e = about.err;
	}
	if (!e) {
		keys_hash(about.data, about.len, hash);
		memcpy(out, hash, sizeof *out);
	}
	buf_clear(&path);
	buf_clear(&about);
	return e;
}

void profile_note_boot(struct profile *p)
{
	struct anchor *a = &p->anchor;
	uint8_t hash[KEYS_HASH];
	int64_t uptime = clock_uptime();
	char id[64];
	size_t n = peek("/proc/sys/kernel/random/boot_id", id, sizeof id);
	bool same;

	memset(p->own->boot_id, 0, sizeof p->own->boot_id);
	if (n) {
		keys_hash(id, n, hash);
		memcpy(p->own->boot_id, hash, sizeof p->own->boot_id);
	}
	/* Where the system does not name its boots, an uptime that went back is a new one. */
	same = a->boot && !memcmp(a->boot_id, p->own->boot_id, sizeof a->boot_id) && uptime >= a->uptime;
	p->own->boot = a->boot + !same;
	if (!same) {
		a->boot = p->own->boot;
		memcpy(a->boot_id, p->own->boot_id, sizeof a->boot_id);
		memset(a->probed, 0, sizeof a->probed);
		a->uptime = uptime;
		anchor_write(p->dir, a, false);
	}
}

struct profile_now profile_now(struct profile *p)
{
	return (struct profile_now){ .wall = clock_wall(), .uptime = clock_uptime(), .boot = p->own->boot };
}

bool profile_clock_doubtful(struct profile *p)
{
	enum truetime_word word;
	int64_t wall = clock_wall(), now = truetime_now(p, &word), known = truetime_known(p);

	if (word > TRUETIME_STICK)
		return wall < now - doubt_within || wall > now + doubt_within;
	return wall < known || wall > known + doubt_after;
}

enum err profile_next_counter(struct profile *p, uint64_t *out)
{
	enum err e = profile_lock_write(p);
	struct anchor now;
	bool found;

	if (e)
		return e;
	anchor_read(p->dir, &now, &found);
	if (now.sealed > p->anchor.sealed)
		p->anchor.sealed = now.sealed;
	*out = ++p->anchor.sealed;
	e = anchor_write(p->dir, &p->anchor, true);
	profile_unlock_write(p);
	return e;
}

enum err profile_forget_tick(struct profile *p)
{
	enum err e = profile_lock_write(p);

	if (e)
		return e;
	e = anchor_set_tick(p->dir, &p->anchor, 0);
	profile_unlock_write(p);
	return e;
}

enum err profile_set_tick(struct profile *p, uint64_t tick)
{
	enum err e;

	if (tick <= p->anchor.tick)
		return ERR_OK;
	if ((e = profile_lock_write(p)))
		return e;
	p->anchor.tick = tick;
	e = anchor_write(p->dir, &p->anchor, false);
	profile_unlock_write(p);
	return e;
}
