/* daemon_config.h - how xunchad is told what to do: a file of "key = value" lines, and the same keys as options, which win.
 *
 *     profile = /var/lib/xuncha       the township's profile
 *     listen  = 127.0.0.1:8321        numbers only; [::]:8321 for every address of the machine
 *     log     = info                  error, warning, info or debug
 *
 * An empty line and what follows a # at the start of a line are passed over. A mistake is named with file and line, and nothing
 * of the file counts.
 */
#ifndef SYNC_TOWN_DAEMON_CONFIG_H
#define SYNC_TOWN_DAEMON_CONFIG_H

#include "forms/base/err.h"

enum { DAEMON_CONFIG_TEXT = 512, DAEMON_CONFIG_FILE = 65536 };

/* The numbers of syslog(3), as the journal reads them. */
enum daemon_level { DAEMON_ERROR = 3, DAEMON_WARNING = 4, DAEMON_INFO = 6, DAEMON_DEBUG = 7 };

struct daemon_config {
	char profile[DAEMON_CONFIG_TEXT], listen[DAEMON_CONFIG_TEXT];
	enum daemon_level log;
};

/* The defaults: no profile, loopback, info. */
struct daemon_config daemon_config_default(void);

/* One setting. ERR_USAGE for a key or value that is none. */
enum err daemon_config_set(struct daemon_config *c, const char *key, const char *value);

/* Read a file over what `c` says; on an error `c` is as before. */
enum err daemon_config_read(struct daemon_config *c, const char *path);

#endif
