/* form_scope.h - one instance of a repeat of a form that another screen owns, as a form of its own (a hazard in a walk). */
#ifndef TUI_SCREENS_FORM_FORM_SCOPE_H
#define TUI_SCREENS_FORM_FORM_SCOPE_H

#include "tui/screens/form/filling.h"

struct kit_view *screen_form_scope_new(struct filling *f, fill_node scope);

#endif
