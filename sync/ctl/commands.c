#include "config.h"
#include "sync/ctl/ctl.h"

#include "forms/base/i18n.h"

const struct ctl_command ctl_commands[] = {
	{ NULL, NULL, NULL, NULL },
};
