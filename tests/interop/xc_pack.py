"""pack.cbor and answers: forms/pack/FORMAT.md."""
from xc_cbor import Malformed, loads

GROUP, REPEAT, NOTE, SELECT_ONE, SELECT_MULTIPLE, RANK, CSV_EXTERNAL = 0, 1, 2, 7, 8, 9, 34


class Struct:
    def __init__(self, names, items):
        if len(items) != len(names):
            raise Malformed("pack: members")
        self.__dict__.update(zip(names, items))


FIELD = "n id name type codes target merge danger_order cls list search derive".split()
REGISTER = "id name title sort township merge retain_days fields".split()
STEP = "reg field id name form frm to when roles on_behalf not_same_person_as needs due source".split()
ENTITY = "reg repeat creates updates entity_id create_if update_if step".split()
SAVE = "question entity field constant".split()


class Question:
    def __init__(self, m):
        self.type, self.name, self.inside = m.get(0, 0), m.get(1), m.get(3, 0)
        self.list, self.cls = m.get(4), m.get(37, "P1")
        self.place = self.repeat = None                 # place in its level; index of the repeat it lies in


class Form:
    def __init__(self, data, entities, saves, roles):
        m = loads(data)
        if m.get(0) != 1:
            raise Malformed("version of a form")
        self.id, self.roles = m.get(1), roles
        self.questions = [Question(q) for q in m.get(11, [])]
        self.lists = [[c.get(0) for c in choices] for _, choices in m.get(10, [])]
        self.entities = [Struct(ENTITY, e) for e in entities]
        self.saves = [Struct(SAVE, s) for s in saves]
        self.place_all()

    def place_all(self):
        """Places count the stored questions of a level; groups are looked through."""
        levels, ends, next_place = [None], [len(self.questions)], {None: 0}
        for i, q in enumerate(self.questions):
            while i >= ends[-1] and len(levels) > 1:
                levels.pop()
                ends.pop()
            q.repeat = levels[-1]
            if q.type not in (GROUP, NOTE, CSV_EXTERNAL):
                q.place = next_place[q.repeat]
                next_place[q.repeat] += 1
            if q.type == REPEAT:
                levels.append(i)
                ends.append(i + 1 + q.inside)
                next_place[i] = 0

    def level(self, answers, private, repeat, instance):
        """The places of a level, and the map of its personal items."""
        if repeat is None:
            return answers, private
        q = self.questions[repeat]
        if q.repeat is not None:
            raise Malformed("repeat within a repeat")
        rows = answers[q.place] if q.place < len(answers) and isinstance(answers[q.place], list) else []
        secret = private.get(q.place) or []
        return (rows[instance] if instance < len(rows) else [], secret[instance] if instance < len(secret) else {})

    def value(self, question, instance, answers, private):
        """The digest value of one question, None when unanswered."""
        q = self.questions[question]
        places, secret = self.level(answers, private, q.repeat, instance)
        item = places[q.place] if q.place < len(places) else None
        if q.type == REPEAT:
            return len(item) if isinstance(item, list) else 0
        if q.cls in ("P2", "P3") and item is None:
            item = secret.get(q.place)
        return self.named(q, item)

    def named(self, q, item):
        if item is None or isinstance(item, str):
            return item
        if q.cls == "P3" and isinstance(item, list) and len(item) == 2 and all(isinstance(x, bytes) for x in item) and len(item[0]) == 8:
            return item
        names = self.lists[q.list] if q.list is not None else []
        if q.type == SELECT_ONE:
            return names[item]
        if q.type == RANK:
            return [names[i] for i in item]
        if q.type == SELECT_MULTIPLE:
            bits = item if isinstance(item, int) else int.from_bytes(item, "little")
            return [name for i, name in enumerate(names) if bits >> i & 1] or None
        return item

    def inside(self, question, repeat):
        return question is not None and self.questions[question].repeat == repeat


class Pack:
    def __init__(self, data):
        version, p = loads_large(data)
        if version != 1:
            raise Malformed("version of the pack")
        self.id, self.version = p[0], p[1]
        self.registers = []
        for r in p[5]:
            r = Struct(REGISTER, r)
            r.fields = [Struct(FIELD, f) for f in r.fields]
            self.registers.append(r)
        self.steps = [Struct(STEP, s) for s in p[7]]
        self.forms = [Form(f[0], f[2], f[3], f[4]) for f in p[15]]
        self.moved = {(s.reg, s.field) for s in self.steps}


def loads_large(data):
    """A pack is longer than what the limits of a record allow: only form bytes are, and they are byte strings."""
    return loads(data)
