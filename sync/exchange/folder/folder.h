/* folder.h - exchange by a folder: a USB stick, an SD card, a shared directory, files saved from a chat.
 *
 *     XUNCHA/up         bundles on their way to the township, of anybody
 *     XUNCHA/down       bundles for the villages: of the township, or of a device for its neighbours; "roots", and of a second
 *                       township on the stick "roots-" and its name; blobs
 *     XUNCHA/receipts   the township's receipts
 *
 * Files are known by what they hold: readers take any name and ending, in the folder itself too, ignore what is not ours, follow no
 * links and look four levels deep. Of a directory with more than FOLDER_FILES_MAX entries so many are looked at, names like ours
 * before others, and how many were not is told. Writers put a file aside, sync, rename, sync the directory where that works, and
 * read it back before they call it copied. A reader deletes only its own bundles, and only with a receipt or when others there
 * replace them.
 */
#ifndef SYNC_EXCHANGE_FOLDER_FOLDER_H
#define SYNC_EXCHANGE_FOLDER_FOLDER_H

#include "forms/base/fs.h"
#include "sync/exchange/inbox/inbox.h"

enum { FOLDER_DEPTH = 4, FOLDER_FILES_MAX = 20000, FOLDER_RECEIPT_DAYS = 60, FOLDER_SMALL = 64 };

struct folder_report {
	/* May be NULL. `each`: a file was dealt with. `progress`: false stops; what is done stays done. */
	void (*each)(void *user, const struct inbox_file *f);
	bool (*progress)(void *user, const char *what, uint32_t done, uint32_t total);
	void *user;
	/* what happened */
	uint32_t sealed;                  /* bundles newly made */
	uint64_t sealed_events;
	uint32_t copied, there;           /* bundles put into the folder; those that were there */
	uint32_t settled;                 /* our bundles that are known to have arrived */
	uint32_t receipts;                /* a township: receipts given */
	uint32_t files[INBOX_FOREIGN + 1];/* files read, by verdict */
	uint32_t added;                   /* events that were new to us */
	size_t left_out;                  /* files of crowded directories that were not looked at */
	uint64_t tick;                    /* newest word from the township seen here */
	bool older;                       /* it is older than what this profile has heard already; merged all the same */
	/* over HTTP */
	uint32_t patience_seconds;        /* asked: how long to wait for a sign of life; 0 = as long as http.h says */
	uint64_t sent;                    /* bytes of bundles, those included that were lost on the way */
	uint32_t slice;                   /* the largest piece sent at once */
	bool behind;                      /* the township lacks keys that this profile follows: what it says is not believed here */
	uint32_t refused_there;           /* bundles that the township would not take; `why` is about the last */
	char why[200];
	uint32_t attachments_sent, attachments_got, attachments_left;     /* left: the township does not want them (yet) */
	bool stopped;
};

/* What a person is told of it. */
const char *folder_behind_words(void);

/* A device's exchange: seal what is new (when a writer is unlocked), copy, read receipts, downlink and neighbours' bundles;
 * leave for the neighbours all that this device holds of its villages. */
enum err folder_sync(struct profile *p, const char *dir, struct folder_report *r);

/* A township's exchange with a stick, or with one file of it: take in, give receipts for what is durable, leave the downlink, and take
 * away receipts of more than FOLDER_RECEIPT_DAYS ago. ERR_DENIED elsewhere. */
enum err folder_merge(struct profile *p, const char *path, struct folder_report *r);

/* Copy what waits in out/ and carry/ to the folder. Needs no PIN. */
enum err folder_deliver(const char *profile_dir, const char *dir, struct folder_report *r);

/* Read every file below `path` (or the file itself) and take in what is ours. Of a stick also the folder where Termux may write, below
 * Android/data, and with that folder the stick. */
enum err folder_take(struct profile *p, const char *path, struct folder_report *r);

/* Put one file into a folder below XUNCHA durably and read it back. *there: it was there already, whole. ERR_DENIED when one of the two is a
 * link: sticks are made by anybody. */
enum err folder_put(const char *dir, const char *name, const void *data, size_t len, bool *there);
/* The same for many that can be made again, as fs_write_all(). */
enum err folder_put_all(const char *dir, const struct fs_file *files, size_t count);

/* Remove our bundles from dir/XUNCHA/BELOW that are known to have arrived; with `replaced` (whatever we have to give there has just
 * been put there whole) also those whose content is sealed anew in others. Others' bundles stay, and what we know nothing of. */
enum err folder_sweep(struct profile *p, const char *dir, const char *below, bool replaced);

/* Seal what the writers of this device have not sealed yet into out/: a bundle holds logs of one scope only, and opens for
 * the township and that scope. More than FOLDER_SMALL that wait there, small on average, are made anew into few; all, where one was sealed for a
 * former key of the township. ERR_DENIED when
 * nobody is unlocked. */
enum err folder_seal(struct profile *p, uint32_t *bundles, uint64_t *events);

#endif
