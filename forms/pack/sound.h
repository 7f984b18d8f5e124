/* sound.h - does everything in a decoded pack point at something that is there? Inside forms/pack. */
#ifndef FORMS_PACK_SOUND_H
#define FORMS_PACK_SOUND_H

#include "forms/pack/pack.h"

/* ERR_FORMAT for an index out of range or a value that is none; reckons the places of answers (pack_place_answers). After
 * this no code that uses the pack need look twice. */
enum err pack_is_sound(struct pack *p);

#endif
