"""The fold and the state digest: sync/ledger/log/PAYLOADS.md."""
import functools
from collections import defaultdict

from xc_bundle import H
from xc_cbor import Malformed, dumps, loads
from xc_pack import Pack

SUBMIT, AMEND, RETRACT, RESOLVE, ADOPT, ERASE = 3, 4, 5, 6, 10, 35
FACT, FIELD, STATE, SET, TOWN_FIELD, DERIVE = range(6)
TOWN = 8
ERASED = object()
read_pack = functools.lru_cache(Pack)                   # the same bytes are the same pack


class Entry:
    """What one event does to one row."""

    def __init__(self, event, row, fresh):
        self.event, self.row, self.fresh = event, row, fresh
        self.ref = event.hash[:12]
        self.deps = []                                  # refs; AMEND's target among them
        self.missing = False                            # a dep is not here
        self.steps, self.instance, self.kept, self.emptied = [], None, [], []
        self.writes = {}                                # field index -> value; None: closes and leaves empty
        self.wrote_by = {}                              # field index -> ids of the steps that wrote it
        self.proposed = set()                           # field indexes whose single write is a proposal
        self.counts = None
        self.form = self.pack = self.entity = None
        self.first = None                               # the SUBMIT behind an AMEND


class Fold:
    def __init__(self, store):
        self.roster, self.packs = store.roster, {}
        self.events = store.events
        for name, data in store.packs().items():
            self.packs[name] = read_pack(data)
        self.by_ref = {e.hash[:12]: e for e in self.events.values()}
        self.by_seq = defaultdict(list)
        for e in self.events.values():
            self.by_seq[e.log, e.seq].append(e)
        self.erased = self.read_erasures()
        self.payloads = {}
        for e in self.events.values():
            if not e.opaque and e.kind in (SUBMIT, AMEND, RESOLVE, ADOPT):
                try:
                    self.payloads[e.hash] = loads(e.public)
                except Malformed:
                    continue
        self.adopted = self.read_adoptions()
        self.rows = defaultdict(list)                   # row -> entries
        self.register_of = {}                           # row -> (pack, register index)
        self.read_entries()
        self.seen_of = {}
        for entries in self.rows.values():
            for x in entries:
                self.judge(x)

    # ---- links ----

    def link(self, e, item):
        """The ref that a link in event e means; None when it lies in a gap."""
        if isinstance(item, bytes):
            return item
        there = self.by_seq.get((e.log, e.seq - item), [])
        if len(there) == 1:
            return there[0].hash[:12]
        at = e
        for _ in range(item):                           # a split: follow the chain of this branch
            at = self.events.get(at.previous)
            if at is None:
                return None
        return at.hash[:12]

    def read_erasures(self):
        out = {}
        for e in self.events.values():
            if e.kind == ERASE and self.roster.decree(e):
                for ref, level in loads(e.public)[0]:
                    out[ref] = max(out.get(ref, 0), level)
        return out

    def read_adoptions(self):
        adopted, before = set(), -1
        while before != len(adopted):
            before = len(adopted)
            for e in self.events.values():
                if e.kind == ADOPT and e.hash in self.payloads and self.standing(e, adopted) and self.roster.roles(e.log.writer) & TOWN:
                    adopted |= {self.link(e, item) for item in self.payloads[e.hash]}
        return adopted

    def standing(self, e, adopted=None):
        return self.roster.trusted(e) or e.hash[:12] in (self.adopted if adopted is None else adopted)

    # ---- entries ----

    def read_entries(self):
        waiting = [e for e in self.events.values() if e.hash in self.payloads and e.kind in (SUBMIT, AMEND, RESOLVE)]
        for e in [e for e in waiting if e.kind == SUBMIT] + [e for e in waiting if e.kind == AMEND]:
            try:
                self.read_record(e)
            except (Malformed, IndexError, TypeError, ValueError, KeyError, AttributeError):
                continue
        for e in waiting:
            if e.kind == RESOLVE:
                try:
                    self.read_resolve(e)
                except (Malformed, IndexError, TypeError, ValueError, KeyError):
                    continue

    def submit_behind(self, e):
        while e is not None and e.kind == AMEND:
            if e.hash not in self.payloads:
                return None
            e = self.by_ref.get(self.link(e, self.payloads[e.hash][0]))
        return e if e is not None and e.kind == SUBMIT and e.hash in self.payloads else None

    def read_record(self, e):
        first = self.submit_behind(e)
        if first is None:
            return
        head = self.payloads[first.hash]
        pack = self.packs.get(head[1])
        if pack is None:
            return
        form = pack.forms[head[0]]
        rows = self.payloads[e.hash][5 if e.kind == SUBMIT else 1]
        for index, item in enumerate(rows):
            if len(item) > 7:
                raise Malformed("entry")
            entity, row, steps, deps, instance, kept, emptied = item + [None] * (7 - len(item))
            fresh = row is None
            name = (e.hash[:12], index) if fresh else (self.link(e, row[0]), row[1])
            x = Entry(e, name, fresh)
            x.pack, x.form, x.entity, x.first = pack, form, form.entities[entity], first
            x.entity_index, x.steps, x.instance = entity, [pack.steps[i] for i in steps or []], instance
            x.kept, x.emptied = kept or [], emptied or []
            x.deps = [self.link(e, d) for d in deps or []]
            x.missing = any(d not in self.by_ref for d in x.deps)
            if e.kind == AMEND:
                x.deps.append(self.link(e, self.payloads[e.hash][0]))
            if fresh:
                self.register_of[name] = (pack, x.entity.reg)
            self.read_values(x)
            self.rows[name].append(x)

    def read_values(self, x):
        e, form = x.event, x.form
        level = self.erased.get(e.hash[:12], 0)
        no_answers = bool(e.flags & 8) and (level >= 2 or e.answers is None)
        no_private = bool(e.flags & 1) and (level >= 1 or e.private is None)
        answers = [] if no_answers or e.answers is None else loads(e.answers)
        private = {} if no_private or e.private is None else loads(e.private)
        x.saved = {}
        for save in form.saves:
            if save.entity != x.entity_index:
                continue
            if save.question is None:
                value = save.constant
            else:
                q = form.questions[save.question]
                inside = q.repeat is not None and q.repeat == x.entity.repeat
                if q.repeat is not None and not inside:
                    continue
                value = form.value(save.question, x.instance or 0, answers, private)
                if value is not None and q.type in (35, 36) and not isinstance(value, str):
                    value = self.named_rows(e, value, q.type == 36)
                if no_answers or (no_private and q.cls in ("P2", "P3")):
                    value = ERASED
            if x.saved.get(save.field) is None:
                x.saved[save.field] = value
        register = x.pack.registers[x.entity.reg]
        for field, value in x.saved.items():
            of, moved = register.fields[field], (x.entity.reg, field) in x.pack.moved
            if of.n in x.kept:
                continue
            if value is not None:
                x.writes[field] = value
            elif not moved and (of.n in x.emptied or (e.kind == AMEND and of.merge not in (STATE, TOWN_FIELD))):
                x.writes[field] = None

    def named_rows(self, e, value, several):
        if several:
            return [self.named_rows(e, v, False) for v in value]
        return [self.link(e, value[0]), value[1]]

    def read_resolve(self, e):
        row, number, value, deps = self.payloads[e.hash]
        name = (self.link(e, row[0]), row[1])
        if name not in self.register_of:
            return
        x = Entry(e, name, False)
        x.pack, reg = self.register_of[name]
        x.deps = [self.link(e, d) for d in deps]
        x.missing = any(d not in self.by_ref for d in x.deps)
        x.field = next(i for i, f in enumerate(x.pack.registers[reg].fields) if f.n == number)
        if value is None:
            level = self.erased.get(e.hash[:12], 0)
            value = ERASED if e.private is None or level else loads(e.private)
        x.writes[x.field] = value
        self.rows[name].append(x)

    # ---- what an entry saw ----

    def seen(self, x):
        if x not in self.seen_of:
            self.seen_of[x] = set()
            out = set()
            for y in self.rows[x.row]:
                if y is not x and y.ref in x.deps and y.event is not x.event:
                    out.add(y)
                    out |= self.seen(y)
            self.seen_of[x] = out
        return self.seen_of[x]

    def open_among(self, entries, field):
        writing = [y for y in entries if self.judge(y) and field in y.writes and field not in y.proposed]
        closed = {d for y in writing for d in y.deps}
        return [y for y in writing if y.ref not in closed and y.writes[field] is not None]

    # ---- judging ----

    def judge(self, x):
        if x.counts is None:
            x.counts = False                            # whoever names himself does not count
            x.counts = self.judge_entry(x)
        return x.counts

    def judge_entry(self, x):
        e, writer = x.event, x.event.log.writer
        made = self.by_ref.get(x.row[0])
        if not self.standing(e) or not self.roster.writes(writer, e.log.scope) or made is None or made.log.scope != e.log.scope or x.row not in self.register_of:
            return False
        if e.kind == RESOLVE:
            return self.judge_resolve(x)
        if self.register_of[x.row][1] != x.entity.reg:
            return False
        if e.kind == SUBMIT and x.form.roles and not self.roster.roles(writer) & x.form.roles:
            return False
        if e.kind == AMEND and not self.same_person(writer, x.first.log.writer) and not self.roster.roles(writer) & TOWN:
            return False
        refused = set()
        for step in x.steps:
            if self.step_allowed(x, step):
                continue
            if not x.fresh:
                return False
            refused.add((step.reg, step.field))
        self.propose(x)
        return True

    def same_person(self, a, b):
        return a == b or (self.roster.person(a) is not None and self.roster.person(a) == self.roster.person(b) and self.roster.person(a) != "")

    def propose(self, x):
        town = self.roster.roles(x.event.log.writer) & TOWN
        fields = x.pack.registers[x.entity.reg].fields
        for field in x.writes:
            merge = fields[field].merge
            if ((merge == TOWN_FIELD and not town) or merge == DERIVE or ((x.entity.reg, field) in x.pack.moved and field not in x.wrote_by)
                    or (merge == STATE and x.event.kind == AMEND and not town)):
                x.proposed.add(field)

    def step_allowed(self, x, step):
        lines = [s for s in x.pack.steps if s.reg == step.reg and s.id == step.id]
        if step.reg != x.entity.reg or (not x.fresh and (not x.deps or x.missing)):
            return False
        if x.event.kind == AMEND and not self.roster.roles(x.event.log.writer) & TOWN:
            return False
        for line in lines:
            if self.line_allows(x, line):
                x.writes[line.field] = x.saved[line.field] if line.to == "=" else line.to
                x.wrote_by.setdefault(line.field, []).append(line.id)
                return True
        return False

    def line_allows(self, x, line):
        if not self.roster.roles(x.event.log.writer) & line.roles:
            return False
        counted = []
        if line.field in x.wrote_by:
            if not {x.writes[line.field], "*"} & set(line.frm):
                return False
        elif x.fresh:
            if not {"new", "none", "*"} & set(line.frm):
                return False
        else:
            counted = self.open_among(self.seen(x), line.field)
            values = {y.writes[line.field] if isinstance(y.writes[line.field], str) else None for y in counted}
            if "*" not in line.frm and (not values <= set(line.frm) if values else "none" not in line.frm):
                return False
        if not all(self.condition(x, c) for c in (line.when or "").split()):
            return False
        if line.not_same_person_as and any(self.same_hand(x, y, line) for y in counted):
            return False
        return line.to != "=" or x.saved.get(line.field) is not None

    def condition(self, x, text):
        name, _, listed = text.partition("!=") if "!=" in text else text.partition("=")
        fields = x.pack.registers[x.entity.reg].fields
        field = next(i for i, f in enumerate(fields) if f.id == name)
        if x.fresh:
            values = [x.writes[field]] if x.writes.get(field) is not None else []
        else:
            values = [y.writes[field] for y in self.open_among(self.seen(x), field)]
        if not listed:
            return bool(values) == ("!=" in text)
        wanted = listed.split("|")

        def is_listed(v):
            return any(str(one) in wanted for one in v) if isinstance(v, list) else str(v) in wanted
        if "!=" in text:
            return not any(is_listed(v) for v in values)
        return bool(values) and all(is_listed(v) for v in values)

    def same_hand(self, x, y, line):
        if y.event.kind == RESOLVE:
            return any(self.same_hand(x, z, line) for z in self.rows[x.row]
                       if z.ref in y.deps and line.field in z.writes and z.counts and digest_value(z.writes[line.field]) == digest_value(y.writes[line.field]))
        by = y.wrote_by.get(line.field, [])
        return bool(set(by) & set(line.not_same_person_as)) and self.same_person(x.event.log.writer, y.event.log.writer)

    def judge_resolve(self, x):
        pack, reg = self.register_of[x.row]
        field = pack.registers[reg].fields[x.field]
        town = self.roster.roles(x.event.log.writer) & TOWN
        named = [y for y in self.rows[x.row] if y is not x and y.ref in x.deps and x.field in y.writes and self.judge(y) and x.field not in y.proposed]
        if x.missing or not x.deps or field.merge == DERIVE:
            return False
        if field.merge == STATE or (reg, x.field) in pack.moved:
            return bool(town) and any(digest_value(y.writes[x.field]) == digest_value(x.writes[x.field]) for y in named)
        if field.merge == TOWN_FIELD or town:
            return bool(town)
        return bool(named) and all(self.same_person(x.event.log.writer, y.event.log.writer) for y in named)

    # ---- the digest ----

    def state(self):
        registers = defaultdict(list)
        for row, entries in self.rows.items():
            if row not in self.register_of:
                continue
            pack, reg = self.register_of[row]
            register = pack.registers[reg]
            fields = []
            touched = {f for x in entries for f in x.writes}
            for field in touched:
                if register.fields[field].merge == DERIVE:
                    continue
                values = sorted(dumps([y.ref] if y.writes[field] is ERASED else [y.ref, y.writes[field]]) for y in self.open_among(entries, field))
                if values:
                    fields.append((register.fields[field].n, values))
            if fields:
                registers[register.id].append((row, sorted(fields)))
        return sorted((name.encode(), sorted(rows)) for name, rows in registers.items())


def digest_value(v):
    return b"" if v is ERASED or v is None else dumps(v)


def array(items):
    """A CBOR array of items that are encoded already; without limit."""
    from xc_cbor import head_bytes
    return head_bytes(4, len(items)) + b"".join(items)


def digest(store):
    registers = []
    for name, rows in Fold(store).state():
        out = []
        for (ref, index), fields in rows:
            out.append(array([dumps([ref, index]), array([array([dumps(n), array(values)]) for n, values in fields])]))
        registers.append(array([dumps(name.decode()), array(out)]))
    return H(array([dumps(1), array(registers)]))
