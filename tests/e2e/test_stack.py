"""The local stack: any part may be killed at any moment, and nothing is left behind."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.running import Running, until
from tools.stack.part import Part, PartDied
from tools.stack.stack import Stack, StackError

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STOPPED = ("ats_interview_found", "calendly_event_scheduled")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    before = os.environ.pop("REPRISE_DATABASE_URL", None)
    one = Running(tmp_path_factory.mktemp("stack") / "home")
    one.stack.start()
    yield one
    pids = one.pids()
    one.stack.stop()
    if before is not None:
        os.environ["REPRISE_DATABASE_URL"] = before
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not (one.home / "stack.json").exists()
    assert not [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(one.home) in " ".join(process.info["cmdline"] or ())
    ]


@pytest.mark.parametrize("name", ["postgres", "temporal", "sandbox", "api", "worker"])
def test_a_part_that_is_killed_comes_back_and_says_so(running: Running, name: str) -> None:
    pid = running.pid(name)

    os.kill(pid, signal.SIGKILL)

    until(lambda: pid not in running.pids(), f"another {name} in stack.json")
    until(running.can_enroll, "the API works again")
    assert any(said.startswith(name) and "died" in said for said in running.said)


@pytest.mark.parametrize("kind", ["calendly", "lever"])
def test_a_webhook_that_was_answered_survives_the_death_of_the_worker(
    running: Running, kind: str
) -> None:
    """Stored before it is answered, acted on afterwards: Lever must be asked whose it is."""
    email = f"{kind}@candidate.example"
    enrollment = enroll(running, email)
    given = {"api_key": "key-of-theirs"} if kind == "lever" else {}
    source = running.call(
        "POST", "/sources", {"kind": kind, "secrets": [f"secret-of-{kind}"], **given}
    )
    account = {
        "kind": kind,
        "secret": f"secret-of-{kind}",
        "api_key": "key-of-theirs",
        "webhook_url": source["webhook_url"],
    }
    running.control("/control/sources", account)
    pid = running.pid("worker")

    os.kill(pid, signal.SIGKILL)
    running.control("/control/interviews", {"source": kind, "email": email})

    until(lambda: answers_of(running, kind) == [200], "the webhook to be taken")
    until(lambda: code_of(running, enrollment) in STOPPED, "the stop")
    until(lambda: pid != running.pid("worker"), "another worker")


def enroll(running: Running, email: str) -> str:
    """Enroll somebody who waits for three days."""
    address = f"{email.partition('@')[0]}@recruiters.example"
    mailbox = running.call("POST", "/mailboxes", {"kind": "gmail", "address": address})
    httpx.get(mailbox["authorize_url"], follow_redirects=True).raise_for_status()
    window = {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}
    schedule = {"name": "Office", "zone": "Europe/Lisbon", "windows": [window]}
    step = {"thread": "new", "subject": "A role", "body": "<p>Hello</p>"}
    sequence = running.call(
        "POST",
        "/sequences",
        {
            "name": "Webhooks",
            "sender": {"mailbox_id": mailbox["id"]},
            "schedule_id": running.call("POST", "/schedules", schedule)["id"],
            "steps": [{**step, "timing": {"kind": "later", "seconds": 259_200}}],
        },
    )["id"]
    running.call("POST", f"/sequences/{sequence}/activate")
    candidate = {"first_name": "Jo", "emails": [{"address": email}]}
    made = running.call("POST", "/enrollments", {"sequence_id": sequence, "candidate": candidate})
    return made["id"]


def code_of(running: Running, enrollment: str) -> str:
    """Read an enrollment's code."""
    return running.call("GET", f"/enrollments/{enrollment}")["code"]


def answers_of(running: Running, kind: str) -> list[int]:
    """Give the statuses with which a source's webhooks were answered."""
    reports = running.control("/control/webhooks")["data"]
    return [status for one in reports if one["account"] == kind for status in one["answers"]]


def test_a_second_stack_in_the_same_home_is_refused(running: Running) -> None:
    with pytest.raises(StackError, match="already runs"):
        Stack(running.home, say=lambda text: None).start()

    assert running.can_enroll()


def test_everything_listens_on_this_machine_only(running: Running) -> None:
    addresses = {
        connection.laddr.ip
        for pid in running.pids()
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert addresses
    assert addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_secrets_are_for_the_owner_only(running: Running) -> None:
    files = [*(running.home / "secrets").iterdir(), running.home / "stack.json"]

    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_part_that_dies_while_it_starts_is_named_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; print('no such port'); sys.exit(3)"]
    part = Part("api", command, lambda: False, os.environ, tmp_path / "api.log", tmp_path)
    part.start()

    with pytest.raises(PartDied, match=r"api ended while it was starting(.|\n)*no such port"):
        part.wait_ready()


def test_nothing_half_started_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PartDied("records.migrate failed")

    monkeypatch.delenv("REPRISE_DATABASE_URL", raising=False)
    monkeypatch.setattr("tools.stack.stack.migrate", refuse)

    with pytest.raises(PartDied):
        Stack(tmp_path / "home", say=lambda text: None).start()

    assert not [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(tmp_path) in " ".join(process.info["cmdline"] or ())
    ]
