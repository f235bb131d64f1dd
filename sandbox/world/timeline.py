"""The only door to a change: written to the journal first, then applied; replayed at start."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from sandbox.world.letter import Letter

C = TypeVar("C")
Apply = Callable[[Any], object]


class Timeline:
    """Applies changes in order and remembers them in a file, if it has one.

    One call of `commit` is one line, so a process killed at any moment keeps either all of an
    operation or nothing of it. A line is handed to the operating system before the operation
    is answered: it survives the process, not a loss of power.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[type[Any], Apply]] = {}
        self._columns: dict[type[Any], tuple[str, ...]] = {}
        self._file: BinaryIO | None = None

    def on(self, kind: type[C], apply: Callable[[C], object]) -> None:
        """Say who applies a kind of change: a frozen dataclass of plain values and letters."""
        made: type[Any] = kind
        self._kinds[made.__name__] = (made, apply)
        self._columns[made] = tuple(field.name for field in fields(made))

    def commit(self, *changes: object) -> None:
        """Make changes true, together. Nothing happens when they cannot be written."""
        if self._file is not None and changes:
            self._file.write(self._line(changes))
            self._file.flush()
        for change in changes:
            self._kinds[type(change).__name__][1](change)

    def open(self, path: Path) -> int:
        """Replay a journal and go on writing to it; return how many lines it had.

        The last line may be torn by a kill: it was never answered, so it is cut off. A line
        broken otherwise raises ValueError: better no sandbox than one that forgot a mail.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        file = self._file = path.open("a+b")
        file.seek(0)
        count, good = 0, 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            self._replay(line)
            count, good = count + 1, good + len(line)
        file.truncate(good)
        file.seek(0, 2)
        return count

    def forget(self) -> None:
        """Empty the journal. Whoever applied the changes empties itself."""
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Stop writing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _line(self, changes: Iterable[object]) -> bytes:
        letters: dict[int, tuple[int, Letter]] = {}

        def reference(value: object) -> dict[str, int]:
            if not isinstance(value, Letter):
                raise TypeError(f"a change cannot hold a {type(value).__name__}")
            place, _ = letters.setdefault(id(value), (len(letters), value))
            return {"letter": place}

        facts = [
            [type(c).__name__, [getattr(c, n) for n in self._columns[type(c)]]] for c in changes
        ]
        text = json.dumps(facts, default=reference, separators=(",", ":"))
        blobs = [base64.b64encode(letter.raw).decode() for _, letter in letters.values()]
        return f'{{"letters":{json.dumps(blobs)},"changes":{text}}}\n'.encode()

    def _values(self, change: object) -> list[object]:
        return [getattr(change, name) for name in self._columns[type(change)]]

    def _replay(self, line: bytes) -> None:
        found = json.loads(line)
        letters = [Letter(base64.b64decode(blob)) for blob in found["letters"]]
        for name, values in found["changes"]:
            kind, apply = self._kinds[name]
            plain = (_restored(value, letters) for value in values)
            apply(kind(**dict(zip(self._columns[kind], plain, strict=True))))


def _restored(value: Any, letters: list[Letter]) -> Any:
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        return letters[found["letter"]] if set(found) == {"letter"} else found
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value
