"""`make demo`: the main job told as a story; exit status 0 only if every claim holds."""

import csv
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tools.stack.stack import ROOT, Stack

DAY = 86_400
DEADLINE = 60.0


class Story:
    """Speaks to the API and the sandbox, prints what happens, and counts what was wrong."""

    def __init__(self, state: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {state['api_key']}"}
        self.api = httpx.Client(base_url=state["api"], headers=headers, timeout=120)
        self.sandbox = httpx.Client(base_url=state["sandbox"], timeout=60)
        self.wrong = 0

    def tell(self, text: str) -> None:
        """Print a line of the story."""
        print(f"\n== {text}", flush=True)

    def claim(self, text: str, holds: bool) -> None:
        """Print a claim and whether it holds."""
        self.wrong += not holds
        print(f"   {'ok   ' if holds else 'WRONG'} {text}", flush=True)

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """POST to the API; a refusal ends the story."""
        return self._checked(self.api.post(path, json=body if body is not None else {}))

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """GET from the API."""
        return self._checked(self.api.get(path, params=params))

    def lever(self, path: str, body: Any = None) -> dict[str, Any]:
        """Pull a lever of the sandbox."""
        return self._checked(self.sandbox.post(path, json=body if body is not None else {}))

    def accepted(self) -> list[dict[str, Any]]:
        """Read what the provider accepted."""
        return self._checked(self.sandbox.get("/control/ledger"))["data"]

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Poll until something is true, or say what is not."""
        deadline = time.monotonic() + DEADLINE
        while not true():
            if time.monotonic() > deadline:
                self.claim(what, holds=False)
                return
            time.sleep(0.1)
        self.claim(what, holds=True)

    def statuses(self, sequence: str) -> Counter[tuple[str, str]]:
        """Count the enrollments by status and code."""
        rows = self.get(f"/sequences/{sequence}/counts")["data"]
        return Counter({(row["status"], row["code"]): row["count"] for row in rows})

    def forward(self, sequence: str, days: float) -> None:
        """Move every clock on."""
        begun = time.monotonic()
        done = self.post(
            "/sandbox/fast_forward", {"sequence_id": sequence, "seconds": round(days * DAY)}
        )
        spent = time.monotonic() - begun
        print(f"   {len(done['data'])} clocks moved on by {days:g} days in {spent:.1f} s; now:")
        for (status, code), count in sorted(self.statuses(sequence).items()):
            print(f"      {count:3} {status} / {code}")

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            print(answer.text, file=sys.stderr)
            answer.raise_for_status()
        return answer.json()


def connect(story: Story, address: str, name: str) -> str:
    """Add a mailbox and let its owner consent."""
    mailbox = story.post("/mailboxes", {"kind": "gmail", "address": address, "display_name": name})
    httpx.get(mailbox["authorize_url"], follow_redirects=True, timeout=30).raise_for_status()
    state = story.get(f"/mailboxes/{mailbox['id']}")["state"]
    story.claim(f"{name}'s mailbox is connected by OAuth", state == "connected")
    return str(mailbox["id"])


def write_sequence(story: Story, mailbox: str, name: str) -> dict[str, Any]:
    """Write four steps with all four kinds of timing."""
    week = ["mon", "tue", "wed", "thu", "fri"]
    window = {"days": week, "start": "00:00", "end": "24:00"}
    schedule = story.post(
        "/schedules",
        {
            "name": "Weekdays",
            "zone": "Europe/Lisbon",
            "zone_source": "schedule",
            "windows": [window],
        },
    )
    at = (datetime.now(UTC) + timedelta(days=14)).strftime("%Y-%m-%dT09:00:00")
    hello = "<p>Hello {{ candidate.first_name | default: 'there' }},</p>"
    steps = [
        {
            "subject": "A {{ candidate.fields.role }} role for you",
            "body": f"{hello}<p>We look for a {{{{ candidate.fields.role }}}}.</p>",
            "timing": {"kind": "instant"},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>Did you see my mail?</p>",
            "timing": {"kind": "next_business_day", "time": "09:00"},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>Shall we talk this week?</p>",
            "timing": {"kind": "later", "seconds": 3 * DAY},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>My last mail, I promise.</p>",
            "timing": {"kind": "at", "at": at, "zone": "Europe/Lisbon"},
        },
    ]
    return story.post(
        "/sequences",
        {
            "name": name,
            "sender": {"mailbox_id": mailbox},
            "schedule_id": schedule["id"],
            "steps": steps,
        },
    )


def enroll_all(story: Story, sequence: str, boxes: list[str]) -> dict[str, str]:
    """Enroll the CSV's candidates in one call; gives external id to enrollment id."""
    with (ROOT / "examples" / "candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = [
        {
            "candidate": {
                "external_id": row["external_id"],
                "first_name": row["first_name"],
                "last_name": row["last_name"],
                "emails": [{"address": row["email"]}] if row["email"] else [],
                "zone": row["zone"],
                "fields": {"role": row["role"]},
            },
            "sender": {"mailbox_id": boxes[n % len(boxes)]},
        }
        for n, row in enumerate(rows)
    ]
    job = story.post(f"/sequences/{sequence}/enrollments:bulk", {"items": items})
    results = story.get(f"/jobs/{job['id']}")["results"]["data"]
    ids = [one["enrollment_id"] for one in results]
    return {row["external_id"]: one for row, one in zip(rows, ids, strict=True) if one}


def main() -> int:
    """Start a stack of its own and tell the story."""
    home = Path(os.environ.get("REPRISE_HOME", "var/demo"))
    with Stack(home, say=lambda text: print(text, flush=True)) as stack:
        story = Story(stack.state)
        tell(story)
        if os.environ.get("KEEP"):
            print(json.dumps(stack.state, indent=2), "\nThe stack keeps running; Ctrl-C stops it.")
            wait_for_ctrl_c()
    print(f"\n{story.wrong} claims were wrong." if story.wrong else "\nEvery claim was checked.")
    return 1 if story.wrong else 0


def wait_for_ctrl_c() -> None:
    """Sleep until somebody has looked enough."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def tell(story: Story) -> None:
    """The story."""
    run = datetime.now(UTC).strftime("%H%M%S")
    story.tell("Two recruiters connect their mailboxes")
    boxes = [
        connect(story, f"{name.lower()}.{run}@recruiters.example", name) for name in ("Ana", "Ben")
    ]
    sequence = write_sequence(story, boxes[0], f"Engineers {run}")
    sequence_id = str(sequence["id"])
    story.claim("the four-step sequence is ready", sequence["state"] == "ready")

    story.tell("40 candidates of examples/candidates.csv are enrolled; nothing is active yet")
    people = enroll_all(story, sequence_id, boxes)
    waiting = story.statuses(sequence_id)[("not_started", "sequence_inactive")]
    story.claim("all 40 wait for the activation", len(people) == waiting == 40)

    story.tell("The sequence is activated; the first mails leave, 3 seconds apart per mailbox")
    story.post(f"/sequences/{sequence_id}/activate")
    story.forward(sequence_id, 3)
    first = {line["delivery"].split(":")[0] for line in story.accepted()}
    story.claim("everybody with an address got a mail", len(first & set(people.values())) == 39)
    held = story.get(f"/enrollments/{people['ext-07']}")
    story.claim("ext-07 is held: missing_contact_email", held["code"] == "missing_contact_email")

    story.tell("Some reply, one books an interview, ext-07 gets an address")
    for name in ("ext-01", "ext-02", "ext-03"):
        candidate = story.get(
            f"/candidates/{story.get(f'/enrollments/{people[name]}')['candidate_id']}"
        )
        story.lever(f"/control/accounts/{candidate['emails'][0]['address']}/reply")
    interviewed = story.get(f"/enrollments/{people['ext-04']}")["candidate_id"]
    event = {"type": "interview_session", "external_id": f"interview-{run}"}
    story.post(f"/candidates/{interviewed}/events", event)
    repeat = story.post(f"/candidates/{interviewed}/events", event)
    story.claim("the repeated interview event changes nothing", repeat["duplicate"])
    late = {"emails": [{"address": f"late.{run}@candidates.example"}]}
    story.api.patch(f"/candidates/{held['candidate_id']}", json=late).raise_for_status()

    stopped = {people[name] for name in ("ext-01", "ext-02", "ext-03", "ext-04")}
    story.forward(sequence_id, 0.01)
    counts = story.statuses(sequence_id)
    story.claim("three replied", counts[("replied", "replied")] == 3)
    story.claim("one interview", counts[("finished", "interview_session_detected")] == 1)
    before_stop = sum(x["delivery"].split(":")[0] in stopped for x in story.accepted())

    story.tell("Ben's mailbox loses its token")
    story.lever(f"/control/accounts/ben.{run}@recruiters.example/revoke")
    story.forward(sequence_id, 4)
    counts = story.statuses(sequence_id)
    story.claim("Ben's are held", counts[("error", "mailbox_disconnected")] > 0)

    story.tell("Ben connects again: exactly those go on")
    again = story.post(f"/mailboxes/{boxes[1]}/reconnect")
    httpx.get(again["authorize_url"], follow_redirects=True, timeout=30).raise_for_status()
    story.until(
        lambda: not story.statuses(sequence_id)[("error", "mailbox_disconnected")],
        "nobody is held by Ben's mailbox any more",
    )

    story.tell("The sequence is switched off for ten days in the middle")
    story.post(f"/sequences/{sequence_id}/deactivate")
    before = len(story.accepted())
    story.forward(sequence_id, 10)
    story.claim("nothing was sent while it was off", len(story.accepted()) == before)
    story.post(f"/sequences/{sequence_id}/activate")

    story.tell("It is switched on again and runs to its end")
    story.forward(sequence_id, 10)
    story.forward(sequence_id, 20)
    after_stop = sum(x["delivery"].split(":")[0] in stopped for x in story.accepted())
    story.claim("those who stopped got nothing more", before_stop == after_stop)
    finish(story, sequence_id, people, stopped=after_stop)


def finish(story: Story, sequence_id: str, people: dict[str, str], *, stopped: int) -> None:
    """Check what the provider accepted against what the log says, and show one history."""
    counts = story.statuses(sequence_id)
    story.claim("36 got all mails and no answer came", counts[("finished", "no_response")] == 36)
    mine = [x for x in story.accepted() if x["delivery"].split(":")[0] in set(people.values())]
    keys = Counter(line["delivery"] for line in mine)
    story.claim(f"{len(mine)} mails were accepted, none twice", max(keys.values()) == 1)
    shown = [story.get(f"/enrollments/{one}") for one in people.values()]
    sent = sum(step["state"] == "sent" for one in shown for step in one["steps"])
    story.claim("the log names as many as the provider accepted", sent == len(mine))
    story.claim(f"36 x 4 and the {stopped} of before the stops", len(mine) == 36 * 4 + stopped)

    story.tell("What support reads about ext-07, from its workflow history")
    lines = story.get(f"/enrollments/{people['ext-07']}/timeline")
    story.claim("the story comes from the history", lines["source"] == "history")
    for line in lines["data"]:
        print(f"   {line['at'][:19]}  {line['title']:32.32} {line['detail'] or ''}"[:150])

    story.tell("Summary")
    for (status, code), count in sorted(counts.items()):
        print(f"   {count:3}  {status:12} {code}")


if __name__ == "__main__":
    sys.exit(main())
