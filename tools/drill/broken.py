"""Builds that are broken on purpose: the drill must catch each, or it proves nothing."""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.drill.run import Order

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Broken:
    """A patch: one text of one file in place of another that occurs once."""

    name: str
    what: str
    file: str
    old: str
    new: str
    points: str = "SEND_ANSWER"


BUILDS: tuple[Broken, ...] = (
    Broken(
        "no_reconcile",
        "a send under way is taken for an unsent draft that needs no look-up",
        "activities/sending.py",
        "            found = self._reconcile(client, claim)\n",
        "            found = replace(claim, state=DeliveryState.RENDERED)\n"
        "            self.ledger.unsent(claim)\n            self.ledger.undrafted(claim)\n",
    ),
    Broken(
        "lookup_failure_is_unsent",
        "a draft that is not found is read as never sent",
        "providers/gmail.py",
        "        if self._draft_exists(submission.draft_id):\n",
        "        if True:\n",
    ),
    Broken(
        "resending_transport",
        "the transport repeats a request whose answer was lost",
        "providers/transport.py",
        '            raise OutcomeUnknown(f"No answer: {type(error).__name__}") from None\n',
        "            return self._client.request(\n"
        "                method, url.replace('drafts/send', 'drafts/send'), content=content,"
        " headers=headers\n            )\n",
    ),
)


def run_all(names: str, order: "Order") -> int:
    """Drill each broken build; 1 when one of them gets away."""
    chosen = [one for one in BUILDS if names == "all" or one.name in names.split(",")]
    escaped = [one.name for one in chosen if not _is_caught(one, order)]
    print(f"{len(chosen) - len(escaped)} of {len(chosen)} broken builds caught.", flush=True)
    return 1 if escaped else 0


def _is_caught(build: Broken, order: "Order") -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "tree"
        copy_tree(copy)
        apply(build, copy)
        command = [sys.executable, "-W", "ignore", "-m", "tools.drill"]
        command += ["--seed", order.seed, "--sends", str(order.sends)]
        command += ["--providers", ",".join(order.kinds), "--points", build.points]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    last = (run.stdout.strip().splitlines() or [run.stderr[-300:]])[-1]
    caught = run.returncode == 1 and "FAILED" in last
    print(f"{build.name:28} {'caught' if caught else 'ESCAPED'}: {last}", flush=True)
    return caught


def copy_tree(target: Path) -> None:
    """Copy what git knows of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def apply(build: Broken, root: Path) -> None:
    """Patch a copy. Raises ValueError when the text is not there exactly once."""
    file = root / build.file
    text = file.read_text("utf-8")
    if text.count(build.old) != 1:
        raise ValueError(f"{build.name}: its text is in {build.file} {text.count(build.old)} times")
    file.write_text(text.replace(build.old, build.new), "utf-8")
