/* sound.h - does everything in a decoded pack point at something that is there? Inside forms/pack.
 *
 * After this no code that uses the pack need look twice. */
#ifndef FORMS_PACK_SOUND_H
#define FORMS_PACK_SOUND_H

#include "forms/pack/pack.h"

/* ERR_FORMAT for an index out of range or a value that is none, in what is no question's. */
enum err pack_is_sound(const struct pack *p);

/* The same of what a form's entities and saves say of the questions in its body; reckons the places of answers (pack_place_answers). */
enum err pack_form_is_sound(const struct pack_form *f);

#endif
