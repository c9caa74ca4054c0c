"""Files of the classic formats laid byte by byte: also as no library writes them, and as old or odd writers did."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

TYPE_NUMBERS = {"i1": 1, "S1": 2, "i2": 3, "i4": 4, "f4": 5, "f8": 6, "u1": 7, "u2": 8, "u4": 9, "i8": 10, "u8": 11}
RECORD = "time"  # the dimension of length 0


@dataclass
class ClassicFile:
    """`variables`: name -> (dimensions, values). What `time` is the first dimension of is a record variable."""

    variables: dict[str, tuple[tuple[str, ...], np.ndarray]]
    version: int = 1  # CDF-1, CDF-2 or CDF-5
    attributes: dict[str, bytes] = field(default_factory=dict)
    record_count: int | None = None  # in the header; None: as many as there are, -1: not written yet
    declared_size: int | None = None  # vsize of every variable; None: the true one
    padding: bytes = b"\0"
    gap: int = 0  # bytes between the header and the values
    empty_lists: str = "absent"  # "absent": two zeros, "tagged": the tag and no entries
    keeps_last_padding: bool = True

    @property
    def lengths(self) -> dict[str, int]:
        return {
            dimension: length
            for dimensions, values in self.variables.values()
            for dimension, length in zip(dimensions, values.shape)
        }

    def to_bytes(self) -> bytes:
        fixed = {name: values for name, (dims, values) in self.variables.items() if dims[:1] != (RECORD,)}
        records = {name: values for name, (dims, values) in self.variables.items() if dims[:1] == (RECORD,)}
        header_size = len(self._header(dict.fromkeys(self.variables, 0)))
        begins, body = {}, b""
        for name, values in fixed.items():
            begins[name] = header_size + self.gap + len(body)
            body += self._padded(_stored(values))
        count = self.lengths.get(RECORD, 0)
        pad = self._padded if len(records) > 1 else bytes  # the only record variable has no padding
        slices = {name: [pad(_stored(values[i])) for i in range(count)] for name, values in records.items()}
        place = header_size + self.gap + len(body)
        for name, values in records.items():
            begins[name] = place
            place += len(pad(_stored(np.zeros(values.shape[1:], values.dtype))))
        body += b"".join(slices[name][i] for i in range(count) for name in records)
        whole = self._header(begins) + self.padding * self.gap + body
        last = list(records or fixed)[-1]
        overhang = -(self.variables[last][1][:1] if records else self.variables[last][1]).nbytes % 4
        return whole if self.keeps_last_padding or not overhang else whole[:-overhang]

    def _header(self, begins: dict[str, int]) -> bytes:
        count = self.lengths.get(RECORD, 0) if self.record_count is None else self.record_count
        dimensions = list(self.lengths)
        parts = [b"CDF", bytes([self.version]), self._count(count), self._list(10, len(dimensions))]
        for name in dimensions:
            parts += [self._name(name), self._count(0 if name == RECORD else self.lengths[name])]
        parts.append(self._list(12, len(self.attributes)))
        for name, text in self.attributes.items():
            parts += [self._name(name), _number(2, 4), self._count(len(text)), self._padded(text)]
        parts.append(self._list(11, len(self.variables)))
        for name, (dims, values) in self.variables.items():
            size = len(self._padded(_stored(values[:1] if dims[:1] == (RECORD,) else values)))
            parts += [self._name(name), self._count(len(dims)), *(self._count(dimensions.index(dim)) for dim in dims)]
            parts += [self._list(12, 0), _number(TYPE_NUMBERS[values.dtype.str[1:]], 4)]
            parts += [self._count(size if self.declared_size is None else self.declared_size)]
            parts += [_number(begins[name], 4 if self.version == 1 else 8)]
        return b"".join(parts)

    def _count(self, value: int) -> bytes:
        return _number(value, 8 if self.version == 5 else 4)

    def _list(self, tag: int, entries: int) -> bytes:
        return _number(tag if entries or self.empty_lists == "tagged" else 0, 4) + self._count(entries)

    def _name(self, name: str) -> bytes:
        stored = name.encode()
        return self._count(len(stored)) + self._padded(stored)

    def _padded(self, stored: bytes) -> bytes:
        return stored + self.padding * (-len(stored) % 4)


def _number(value: int, width: int) -> bytes:
    return (value % 2 ** (8 * width)).to_bytes(width, "big")


def _stored(values: np.ndarray) -> bytes:
    return np.asarray(values).astype(values.dtype.newbyteorder(">")).tobytes()
