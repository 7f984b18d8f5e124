/* dict.h - the compression dictionaries compiled into the program: files of sync/bundle/dict, first the one in use.
 *
 * A dictionary is part of the format: once a bundle was made with it, it stays.
 */
#ifndef SYNC_BUNDLE_DICT_H
#define SYNC_BUNDLE_DICT_H

#include <stddef.h>
#include <stdint.h>

struct bundle_dict { uint8_t id[8]; const uint8_t *data; size_t len; };

extern const struct bundle_dict bundle_dicts[];
extern const size_t bundle_dict_count;

#endif
