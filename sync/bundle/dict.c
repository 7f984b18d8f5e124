#include "config.h"
#include "sync/bundle/dict.h"

const struct bundle_dict bundle_dicts[1];
const size_t bundle_dict_count;
