/* What can be said of data.mdb before LMDB maps it: its two meta pages, and whether the file is as long as they promise. */
#include "config.h"
#include "sync/ledger/store/store_file.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* LMDB 0.9 in the byte order and word size of this machine; a file of another machine is refused here. */
struct meta_page {
	size_t number;
	uint16_t pad, flags, lower, upper;
	uint32_t magic, version;
	size_t address, map_size;
	struct { uint32_t pad; uint16_t flags, depth; size_t branch, leaf, overflow, entries, root; } db[2];
	size_t last_page, txn;
};

enum { META_FLAG = 0x08, META_MAGIC = 0xBEEFC0DE - 0x100000000, META_VERSION = 1 };

static bool meta_sound(const struct meta_page *m, uint32_t page_size)
{
	if (!(m->flags & META_FLAG) || m->magic != (uint32_t)META_MAGIC || m->version != META_VERSION || m->db[0].pad != page_size)
		return false;
	for (int i = 0; i < 2; i++)
		if (m->db[i].root != SIZE_MAX && (m->db[i].root > m->last_page || m->db[i].root < 2))
			return false;
	return m->last_page < SIZE_MAX / page_size;
}

static enum err check_open(int fd, const char *path)
{
	struct meta_page m[2];
	uint64_t size = 0, need = 0;
	uint32_t page_size;
	enum err e;

	if ((e = fs_size(fd, &size)) || (e = fs_read_at(fd, &m[0], sizeof m[0], 0)))
		return e == ERR_FORMAT ? err_set(ERR_CORRUPT, _("%s: 库文件不完整"), path) : e;
	page_size = m[0].db[0].pad;
	if (page_size < 512 || page_size > 65536 || (page_size & (page_size - 1)))
		return err_set(ERR_CORRUPT, _("%s: 库文件开头已损坏"), path);
	if ((e = fs_read_at(fd, &m[1], sizeof m[1], page_size)))
		return e == ERR_FORMAT ? err_set(ERR_CORRUPT, _("%s: 库文件不完整"), path) : e;
	for (int i = 0; i < 2; i++) {
		uint64_t end = ((uint64_t)m[i].last_page + 1) * page_size;

		if (!meta_sound(&m[i], page_size))
			return err_set(ERR_CORRUPT, _("%s: 库文件开头已损坏"), path);
		need = end > need ? end : need;
	}
	/* Far beyond the end no page was ever left unwritten by a sound store. */
	if (need > size && need - size > ((uint64_t)64 << 20) + size)
		return err_set(ERR_CORRUPT, _("%s: 库文件被截短"), path);
	if (need > size && sys->ftruncate(fd, (off_t)need))
		return err_set(ERR_IO, _("%s: 库文件被截短"), path);
	return ERR_OK;
}

enum err store_check_file(const char *dir)
{
	struct buf path = { 0 };
	enum err e;
	int fd;

	fs_path(&path, dir, "data.mdb");
	if (!(e = path.err) && !(e = fs_open(path.data, O_RDWR, &fd))) {
		e = check_open(fd, path.data);
		fs_close(fd);
	}
	buf_clear(&path);
	return e;
}

enum err store_make_dir(const char *dir, enum err (*fill)(const char *aside, void *user), void *user)
{
	struct buf aside = { 0 }, parent = { 0 };
	enum err e;

	buf_printf(&aside, "%s.new", dir);
	buf_printf(&parent, "%s/..", dir);
	e = aside.err ? aside.err : parent.err;
	if (!e && !(e = fs_remove_tree(aside.data)) && !(e = fs_make_dir(aside.data)) && !(e = fill(aside.data, user))
	    && !(e = fs_sync_dir(aside.data)) && !(e = fs_rename(aside.data, dir)))
		e = fs_sync_dir(parent.data);
	buf_clear(&aside);
	buf_clear(&parent);
	return e;
}
