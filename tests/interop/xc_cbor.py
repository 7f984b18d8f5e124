"""The strict subset of CBOR of FORMAT.md section 1. Text is str, byte strings are bytes, null is None."""


class Malformed(Exception):
    pass


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Malformed("cut")
        self.at += n
        return self.data[self.at - n:self.at]

    def head(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            return major, first
        if info < 24:
            return major, info
        if info > 27:
            raise Malformed("length that is reserved or indefinite")
        size = 1 << (info - 24)
        n = int.from_bytes(self.take(size), "big")
        if n < 24 or (size > 1 and n >> (size * 4) == 0):
            raise Malformed("not the shortest form")
        return major, n

    def item(self, depth=1):
        if depth > 12:
            raise Malformed("too deep")
        major, n = self.head()
        if major == 0:
            return n
        if major == 1:
            return -1 - n
        if major == 2:
            return self.take(n)
        if major == 3:
            if n > 8192:
                raise Malformed("text too long")
            try:
                text = self.take(n).decode("utf-8")
            except UnicodeDecodeError as e:
                raise Malformed("text is not UTF-8") from e
            if "\0" in text:
                raise Malformed("text with NUL")
            return text
        if major == 4:
            if n > 16384:
                raise Malformed("array too long")
            return [self.item(depth + 1) for _ in range(n)]
        if major == 5:
            if n > 512:
                raise Malformed("map too long")
            out, before = {}, -1
            for _ in range(n):
                key_major, key = self.head()
                if key_major != 0 or key <= before:
                    raise Malformed("map key")
                before = key
                out[key] = self.item(depth + 1)
            return out
        if major == 7 and n in (0xf4, 0xf5, 0xf6):
            return {0xf4: False, 0xf5: True, 0xf6: None}[n]
        raise Malformed("type")


def loads(data):
    r = Reader(data)
    value = r.item()
    if r.at != len(data):
        raise Malformed("bytes left over")
    return value


def skip_loosely(data, at, depth=0):
    """Where any well-formed CBOR item ends (RFC 8949 section 3); used only to tell the parts of an opaque event apart."""
    if depth > 64 or at >= len(data):
        raise Malformed("cut")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info == 31:
        if major in (0, 1, 6, 7):
            raise Malformed("indefinite")
        count = 0
        while data[at:at + 1] != b"\xff":
            if major in (2, 3) and (at >= len(data) or data[at] >> 5 != major or data[at] & 31 == 31):
                raise Malformed("chunk")
            at = skip_loosely(data, at, depth + 1)
            count += 1
        if major == 5 and count % 2:
            raise Malformed("pair")
        return at + 1
    if info > 27:
        raise Malformed("head")
    size = 0 if info < 24 else 1 << (info - 24)
    if at + size > len(data):
        raise Malformed("cut")
    n = int.from_bytes(data[at:at + size], "big") if size else info
    at += size
    if major in (2, 3):
        if at + n > len(data):
            raise Malformed("cut")
        return at + n
    for _ in range({4: n, 5: 2 * n, 6: 1}.get(major, 0)):
        at = skip_loosely(data, at, depth + 1)
    return at


def head_bytes(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 1 << (8 * size):
            return bytes([major << 5 | info]) + n.to_bytes(size, "big")
    raise ValueError(n)


def dumps(v):
    if v is None:
        return b"\xf6"
    if v is True or v is False:
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head_bytes(0, v) if v >= 0 else head_bytes(1, -1 - v)
    if isinstance(v, bytes):
        return head_bytes(2, len(v)) + v
    if isinstance(v, str):
        b = v.encode("utf-8")
        return head_bytes(3, len(b)) + b
    if isinstance(v, (list, tuple)):
        return head_bytes(4, len(v)) + b"".join(map(dumps, v))
    if isinstance(v, dict):
        return head_bytes(5, len(v)) + b"".join(dumps(k) + dumps(v[k]) for k in sorted(v))
    raise TypeError(type(v))
