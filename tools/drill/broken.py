"""Builds that are broken on purpose: the drill must catch each, or it proves nothing."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.drill.run import Order

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Broken:
    """A patch: one text of one file in place of another that occurs there once."""

    name: str
    what: str
    file: str
    old: str
    new: str
    points: str = "SEND_ANSWER"  #: Of a crash; for a race, the way of stopping.
    kind: str = "gmail"
    in_flight: int = 50
    each: int = 1
    also: tuple[tuple[str, str, str], ...] = ()  #: More patches: file, old text, new text.


SENDING, GMAIL, SMTP = "activities/sending.py", "providers/gmail.py", "providers/smtp.py"
_ANEW = """\
            self.ledger.unsent(claim)
            claim = replace(claim, state=DeliveryState.DRAFTED)
            self.ledger.undrafted(claim)
"""
_CALL = "            sent_id = client.send_draft(_submission(claim), self.deadline.check)\n"
_DO_SEND = '        leave()\n        return str(self._do(request, sending=True)["id"])\n'
_PLAIN = """\
        raw = base64.urlsafe_b64encode(submission.letter.mime).decode()
        plain = self._api.messages.send(userId=ME, body={"raw": raw})
"""
_FAKE = """\
            sent_id = str(claim.draft_id)
            fake = Receipt(provider_message_id=sent_id, thread_id=sent_id, message_id=sent_id)
            return self._sent(claim, fake)
"""

BUILDS: tuple[Broken, ...] = (
    Broken(
        "no_reconcile",
        "a send under way is taken for one that never was",
        SENDING,
        "            client, found = self._find_out(claim)\n",
        "            client = self._open(claim)\n"
        + _ANEW
        + "            found = replace(claim, state=DeliveryState.RENDERED)\n",
    ),
    Broken(
        "found_copy_is_ignored",
        "the sent copy that a look-up finds is not believed",
        SENDING,
        "        if fate.receipt is not None:\n            return fate.receipt\n",
        "        if fate.receipt is not None:\n"
        + _ANEW
        + "            return replace(claim, state=DeliveryState.RENDERED)\n",
    ),
    Broken(
        "no_claim",
        "every try writes the delivery anew, whatever became of the one before",
        "records/claims.py",
        '    if row["delivery_state"] == DeliveryState.FAILED:\n        return True\n',
        "    return True\n",
    ),
    Broken(
        "resending_transport",
        "a send whose answer is lost is repeated at once",
        GMAIL,
        _DO_SEND,
        "        leave()\n        try:\n"
        '            return str(self._do(request, sending=True)["id"])\n'
        "        except OutcomeUnknown:\n            pass\n"
        + _PLAIN
        + '        return str(self._do(plain, sending=True)["id"])\n',
    ),
    Broken(
        "no_token",
        "the message is sent as it is, not by its draft",
        GMAIL,
        _DO_SEND,
        "        leave()\n" + _PLAIN + '        return str(self._do(plain, sending=True)["id"])\n',
    ),
    Broken(
        "unknown_is_a_failure",
        "a lost answer counts as a plain failure: written and sent anew",
        SENDING,
        "        except NotFound as gone:\n            raise OutcomeUnknown(",
        "        except OutcomeUnknown as lost:\n"
        + _ANEW
        + '            raise Unavailable("It failed.") from lost\n'
        "        except NotFound as gone:\n            raise OutcomeUnknown(",
    ),
    Broken(
        "unknown_is_a_success",
        "a lost answer counts as sent",
        SENDING,
        "        except NotFound as gone:\n            raise OutcomeUnknown(",
        "        except OutcomeUnknown:\n"
        + _FAKE
        + "        except NotFound as gone:\n            raise OutcomeUnknown(",
    ),
    Broken(
        "drafts_leave_at_once",
        "the message leaves before anything is announced",
        GMAIL,
        '        body = {"message": message}\n',
        '        body = {"message": message}\n'
        "        self._do(self._api.messages.send(userId=ME, body=message))\n",
    ),
    Broken(
        "sent_before_it_is",
        "the log says sent before the provider was asked",
        SENDING,
        _CALL,
        _FAKE,
    ),
    Broken(
        "gives_up_at_once",
        "one failed answer ends the enrollment without a word",
        SENDING,
        "        unknown = isinstance(error, OutcomeUnknown)\n",
        "        from domain.messages import ResultKind\n\n"
        "        unknown = isinstance(error, OutcomeUnknown)\n"
        "        return StepResult(kind=ResultKind.SENT)\n",
    ),
    Broken(
        "a_second_try_is_done",
        "whatever was begun is taken for sent",
        "records/moving.py",
        '    if row["delivery_state"] != DeliveryState.SENT:\n        return None\n'
        "    if request.next_step_id",
        '    if row["delivery_state"] is None:\n        return None\n    if request.next_step_id',
    ),
    Broken(
        "failed_look_up_is_unsent",
        "a Sent folder that was not looked at proves that nothing was sent",
        SMTP,
        "            found = imap.is_filed(box, letter.message_id)\n",
        "            found = box is None\n",
        "SEND_ANSWER",
        "smtp",
    ),
    Broken(
        "no_fence",
        "a try that was stopped sends when it wakes, though a later one owns the message",
        SENDING,
        _CALL,
        "            sent_id = client.send_draft(_submission(claim), lambda: None)\n",
        "AFTER_SUBMIT",
        "smtp",
        each=4,
    ),
    Broken(
        "counter_in_memory",
        "each worker counts the sends in flight by itself",
        "records/leases.py",
        'AND number <= :most"\n',
        'AND number > {0} AND number <= {0} + :most".format(__import__("os").getpid() % 10 * 50)\n',
        "BEFORE_CLAIM",
        in_flight=4,
    ),
)


def run_all(names: str, builds: Sequence[Broken], command: Callable[[Broken], list[str]]) -> int:
    """Drill each broken build; 1 when one of them gets away. `command` gives the arguments."""
    chosen = [one for one in builds if names == "all" or one.name in names.split(",")]
    escaped = [one.name for one in chosen if not _is_caught(one, command(one))]
    print(f"{len(chosen) - len(escaped)} of {len(chosen)} broken builds caught.", flush=True)
    return 1 if escaped else 0


def arguments(build: Broken, order: "Order") -> list[str]:
    """Give the arguments of a crash drill that catches a build."""
    given = ["--seed", order.seed, "--sends", str(order.sends)]
    given += ["--providers", build.kind, "--points", build.points, "--patience", "45"]
    return [*given, "--in-flight", str(build.in_flight), "--each", str(build.each)]


def _is_caught(build: Broken, given: list[str]) -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "tree"
        copy_tree(copy)
        apply(build, copy)
        command = [sys.executable, "-W", "ignore", "-m", "tools.drill", *given]
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
    """Patch a copy. Raises ValueError when a text is not there exactly once."""
    for name, old, new in ((build.file, build.old, build.new), *build.also):
        file = root / name
        text = file.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{build.name}: its text is in {name} {text.count(old)} times")
        file.write_text(text.replace(old, new), "utf-8")
