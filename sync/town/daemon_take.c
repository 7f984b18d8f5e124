/* What has arrived whole is taken in: the queue, groups, and what a sealer may send in a day. */
#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

/* --- what a sealer may send --- */

static struct sealer_day *day_of(struct daemon *d, const uint8_t sealer[KEYS_WRITER])
{
	struct sealer_day *more;

	for (size_t i = 0; i < d->day_count; i++)
		if (!memcmp(d->days[i].sealer, sealer, KEYS_WRITER))
			return &d->days[i];
	if (d->day_count == d->day_cap) {
		size_t cap = d->day_cap ? d->day_cap * 2 : 64;

		if (!(more = realloc(d->days, cap * sizeof *more)))
			return NULL;
		d->days = more;
		d->day_cap = cap;
	}
	d->days[d->day_count] = (struct sealer_day){ 0 };
	memcpy(d->days[d->day_count].sealer, sealer, KEYS_WRITER);
	return &d->days[d->day_count++];
}

/* Only certified writers get an entry, so the list is bounded by the roster. Where the township was restored who enrolled after the backup
 * is not known, and may be the one who brings its certificate: what strangers may send in a day, together, is one entry more. */
enum err daemon_admit(void *user, const uint8_t sealer[UPLOAD_SEALER], uint64_t length, bool attachment)
{
	struct daemon *d = user;
	static const uint8_t strangers[KEYS_WRITER];
	uint64_t most = attachment ? LIMIT_WRITER_DAY - DAEMON_FOR_RECORDS : LIMIT_WRITER_DAY;
	struct sealer_day *day;
	int64_t today = clock_wall() / DAY_MS;
	struct store_txn t;
	bool known;

	/* A certificate given by the staff since is known from here on. */
	profile_begin(d->profile, &t);
	known = !t.err && keys_roster_sealer(d->profile->roster, sealer);
	store_abort(&t);
	if (!known && !restored_at(d->profile))
		return err_set(ERR_UNKNOWN, _("封包的设备没有入网"));
	if (!known) {
		sealer = strangers;
		most = DAEMON_STRANGERS_DAY;
	}
	if (!(day = day_of(d, sealer)))
		return err_set(ERR_NOMEM, _("收包内存不够"));
	if (day->day != today)
		*day = (struct sealer_day){ .day = today };
	memcpy(day->sealer, sealer, KEYS_WRITER);
	if (day->bytes + length > most && !known)
		return err_set(ERR_UNKNOWN, _("封包的设备没有入网"));
	if (day->bytes + length > most)
		return err_set(ERR_LIMIT, _("这台设备今天传得太多 (上限 %d MiB), 明天再收; 请打电话问是怎么回事"), LIMIT_WRITER_DAY >> 20);
	day->bytes += length;
	return ERR_OK;
}

enum err daemon_wants(void *user, const char *id, uint64_t length, uint8_t author[UPLOAD_SEALER])
{
	struct daemon *d = user;
	uint8_t blob[KEYS_HASH];
	uint64_t size;
	enum err e = keys_unhex(id, KEYS_HASH, blob) ? attach_expected(d->profile, blob, &size, author) : ERR_NOTFOUND;

	if (e == ERR_NOTFOUND && keys_unhex(id, KEYS_HASH, blob) && !(e = keep_expected_blob(d->profile, blob, &size)))
		keys_writer_id(keys_roots_newest(&d->profile->roots)->authority, author);
	return !e && size == length ? ERR_OK : err_set(e ? e : ERR_FORMAT, _("没有记录提到这个附件, 或大小不同"));
}

/* --- the queue --- */

/* A name in the queue spares a look into the directory; what does not fit is found by the next look. */
enum err daemon_enqueue(void *user, const char *name)
{
	struct daemon *d = user;

	for (size_t i = 0; i < d->queued; i++)
		if (!strcmp(d->queue[i], name))
			return ERR_OK;
	if (d->queued == DAEMON_QUEUE) {
		d->look = true;
		return ERR_OK;
	}
	strcpy(d->queue[d->queued++], name);
	pthread_cond_signal(&d->arrived);
	return ERR_OK;
}

/* Up to a group of whole uploads leave the queue. */
static size_t next_group(struct daemon *d, char names[INBOX_GROUP][UPLOAD_ID + 1])
{
	size_t n = d->queued < INBOX_GROUP ? d->queued : INBOX_GROUP;

	memcpy(names, d->queue, n * sizeof *names);
	memmove(d->queue, d->queue + n, (d->queued - n) * sizeof *d->queue);
	d->queued -= n;
	return n;
}

static void count(struct daemon *d, const struct inbox_file *f)
{
	if (!memcmp(f->data, "XCA1", 4)) {
		d->attached += f->verdict == INBOX_MERGED;
		return;
	}
	d->merged += f->verdict == INBOX_MERGED;
	d->duplicates += f->verdict == INBOX_DUPLICATE;
	d->held += f->verdict == INBOX_HELD || f->verdict == INBOX_CARRIED;
	d->bad += f->verdict == INBOX_REFUSED || f->verdict == INBOX_FOREIGN;
	d->events += f->added;
}

static enum err take_group(struct daemon *d, char names[][UPLOAD_ID + 1], size_t n)
{
	struct inbox_file *files = calloc(INBOX_GROUP, sizeof *files);
	struct buf *data = calloc(INBOX_GROUP, sizeof *data);
	size_t held = 0;
	enum err e = files && data ? ERR_OK : err_set(ERR_NOMEM, _("收包内存不够"));

	for (size_t i = 0; !e && i < n; i++) {
		if (upload_read(d->uploads, names[i], &data[held]))
			continue;
		files[held] = (struct inbox_file){ .name = names[i], .data = (const uint8_t *)data[held].data, .len = data[held].len };
		held++;
	}
	if (!e)
		e = inbox_take(d->profile, files, held);
	for (size_t i = 0; i < held; i++) {
		if (!e) {
			count(d, &files[i]);
			if (d->host.each)
				d->host.each(d->host.user, &files[i]);
			upload_drop(d->uploads, files[i].name);
		}
		buf_clear(&data[i]);
	}
	free(files);
	free(data);
	return e;
}

/* A group that fails is tried again one by one: one file the machine chokes on does not hold up the others. */
static enum err take_all(struct daemon *d, char names[][UPLOAD_ID + 1], size_t n)
{
	enum err e = take_group(d, names, n), worst = e;

	if (!e || n == 1)
		return e;
	worst = ERR_OK;
	for (size_t i = 0; i < n; i++)
		if ((e = take_group(d, names + i, 1)))
			worst = e;
	return worst;
}

/* Once an hour: drop what was forgotten. After a start, an error or an overflow: look for what lies there whole. */
static enum err look_around(struct daemon *d)
{
	int64_t now = clock_wall();
	enum err e = ERR_OK;

	if (now - d->expired >= HOUR_MS || now < d->expired) {
		e = upload_expire(d->uploads, now);
		if (!e)
			e = enrol_waiting_expire(d->profile, now);
		d->expired = now;
	}
	if (!e && d->look && !d->queued) {
		d->look = false;
		e = upload_whole(d->uploads, daemon_enqueue, d);
	}
	return e;
}

static void wait_for_arrival(struct daemon *d, unsigned wait_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!d->queued && !d->stopping)
		if (pthread_cond_timedwait(&d->arrived, &d->lock, &until))
			break;
}

enum err daemon_work(struct daemon *d, unsigned wait_ms, uint32_t *taken)
{
	char names[INBOX_GROUP][UPLOAD_ID + 1];
	enum err e;
	size_t n;

	*taken = 0;
	guard_sweep(d);
	pthread_mutex_lock(&d->lock);
	if (!(e = look_around(d)))
		wait_for_arrival(d, wait_ms);
	while (!e && (n = next_group(d, names))) {
		e = take_all(d, names, n);
		*taken += (uint32_t)n;
		/* Between two groups those who wait for an answer get one. */
		pthread_mutex_unlock(&d->lock);
		guard_sweep(d);
		pthread_mutex_lock(&d->lock);
	}
	if (!e && *taken)
		e = inbox_settle(d->profile, NULL);
	if (e) {
		d->look = true;
		d->failures++;
	}
	pthread_mutex_unlock(&d->lock);
	return e;
}
