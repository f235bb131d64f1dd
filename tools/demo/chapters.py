"""The chapters, in their order. Each prints what happens and claims what must be true."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from tools.demo.scene import connect, enroll_all, write_sequence
from tools.demo.story import Story

REPLYING = ("ext-01", "ext-02", "ext-03")
INTERVIEWED = "ext-04"
WITHOUT_ADDRESS = "ext-07"


@dataclass
class Cast:
    """Who takes part; ids by the names of the CSV file."""

    run: str
    boxes: list[str]
    sequence: str
    people: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def stopped(self) -> set[str]:
        """Those who must get nothing after their stop."""
        return {self.people[name] for name in (*REPLYING, INTERVIEWED)}


def tell(story: Story) -> None:
    """Tell the story from the first mailbox to the last mail."""
    cast = mailboxes_and_sequence(story)
    everybody_waits(story, cast)
    first_mails(story, cast)
    before = some_stop(story, cast)
    token_lost_and_got_back(story, cast)
    switched_off_for_ten_days(story, cast)
    to_the_end(story, cast, sent_before_stops=before)
    what_support_reads(story, cast)
    summary(story, cast)


def mailboxes_and_sequence(story: Story) -> Cast:
    """Two owners consent; a sequence uses all four kinds of timing."""
    run = datetime.now(UTC).strftime("%H%M%S")
    story.tell("Two recruiters connect their mailboxes")
    boxes = [
        connect(story, f"{name.lower()}.{run}@recruiters.example", name) for name in ("Ana", "Ben")
    ]
    sequence = write_sequence(story, boxes[0], f"Engineers {run}")
    story.claim("the four-step sequence is ready", sequence["state"] == "ready")
    return Cast(run, boxes, str(sequence["id"]))


def everybody_waits(story: Story, cast: Cast) -> None:
    """Enrolled before the activation, nobody gets anything."""
    story.tell("40 candidates of examples/candidates.csv are enrolled; nothing is active yet")
    cast.people = enroll_all(story, cast.sequence, cast.boxes)
    waiting = story.statuses(cast.sequence)[("not_started", "sequence_inactive")]
    story.claim("all 40 wait for the activation", len(cast.people) == waiting == 40)


def first_mails(story: Story, cast: Cast) -> None:
    """Everybody with an address gets the first mail."""
    story.tell("The sequence is activated; the first mails leave, 3 seconds apart per mailbox")
    story.post(f"/sequences/{cast.sequence}/activate")
    story.forward(cast.sequence, 3)
    first = {line["delivery"].split(":")[0] for line in story.accepted()}
    reached = len(first & set(cast.people.values()))
    story.claim("everybody with an address got a mail", reached == 39)
    held = story.get(f"/enrollments/{cast.people[WITHOUT_ADDRESS]}")
    story.claim("ext-07 is held: missing_contact_email", held["code"] == "missing_contact_email")


def some_stop(story: Story, cast: Cast) -> int:
    """Replies and an interview stop theirs; a missing address is mended. Gives what they got."""
    story.tell("Some reply, one books an interview, ext-07 gets an address")
    for name in REPLYING:
        candidate = story.get(f"/candidates/{_candidate(story, cast, name)}")
        story.lever(f"/control/accounts/{candidate['emails'][0]['address']}/reply")
    interviewed = _candidate(story, cast, INTERVIEWED)
    event = {"type": "interview_session", "external_id": f"interview-{cast.run}"}
    story.post(f"/candidates/{interviewed}/events", event)
    repeat = story.post(f"/candidates/{interviewed}/events", event)
    story.claim("the repeated interview event changes nothing", repeat["duplicate"])
    late = {"emails": [{"address": f"late.{cast.run}@candidates.example"}]}
    mended = _candidate(story, cast, WITHOUT_ADDRESS)
    story.api.patch(f"/candidates/{mended}", json=late).raise_for_status()
    story.forward(cast.sequence, 0.01)
    counts = story.statuses(cast.sequence)
    story.claim("three replied", counts[("replied", "replied")] == 3)
    story.claim("one interview", counts[("finished", "interview_session_detected")] == 1)
    return _sent_to_stopped(story, cast)


def token_lost_and_got_back(story: Story, cast: Cast) -> None:
    """A dead grant holds its enrollments; a new consent lets exactly those go on."""
    story.tell("Ben's mailbox loses its token")
    story.lever(f"/control/accounts/ben.{cast.run}@recruiters.example/revoke")
    story.forward(cast.sequence, 4)
    counts = story.statuses(cast.sequence)
    story.claim("Ben's are held", counts[("error", "mailbox_disconnected")] > 0)
    story.tell("Ben connects again: exactly those go on")
    again = story.post(f"/mailboxes/{cast.boxes[1]}/reconnect")
    httpx.get(again["authorize_url"], follow_redirects=True, timeout=30).raise_for_status()
    story.until(
        lambda: not story.statuses(cast.sequence)[("error", "mailbox_disconnected")],
        "nobody is held by Ben's mailbox any more",
    )


def switched_off_for_ten_days(story: Story, cast: Cast) -> None:
    """While the sequence is off nothing leaves."""
    story.tell("The sequence is switched off for ten days in the middle")
    off = story.post(f"/sequences/{cast.sequence}/deactivate")
    story.claim("nothing was on its way any more when it answered", off["in_flight"] == [])
    before = len(story.accepted())
    story.forward(cast.sequence, 10)
    story.claim("nothing was sent while it was off", len(story.accepted()) == before)
    story.post(f"/sequences/{cast.sequence}/activate")


def to_the_end(story: Story, cast: Cast, *, sent_before_stops: int) -> None:
    """Everybody else gets all mails; the provider's ledger and the log agree."""
    story.tell("It is switched on again and runs to its end")
    story.forward(cast.sequence, 10)
    story.forward(cast.sequence, 20)
    after = _sent_to_stopped(story, cast)
    story.claim("those who stopped got nothing more", sent_before_stops == after)
    counts = story.statuses(cast.sequence)
    story.claim("36 got all mails and no answer came", counts[("finished", "no_response")] == 36)
    ours = set(cast.people.values())
    mine = [x for x in story.accepted() if x["delivery"].split(":")[0] in ours]
    keys = Counter(line["delivery"] for line in mine)
    story.claim(f"{len(mine)} mails were accepted, none twice", max(keys.values()) == 1)
    shown = [story.get(f"/enrollments/{one}") for one in cast.people.values()]
    sent = sum(step["state"] == "sent" for one in shown for step in one["steps"])
    story.claim("the log names as many as the provider accepted", sent == len(mine))
    story.claim(f"36 x 4 and the {after} of before the stops", len(mine) == 36 * 4 + after)


def what_support_reads(story: Story, cast: Cast) -> None:
    """One candidate's workflow history, line by line."""
    story.tell("What support reads about ext-07, from its workflow history")
    lines = story.get(f"/enrollments/{cast.people[WITHOUT_ADDRESS]}/timeline")
    story.claim("the story comes from the history", lines["source"] == "history")
    for line in lines["data"]:
        print(f"   {line['at'][:19]}  {line['title']:32.32} {line['detail'] or ''}"[:150])


def summary(story: Story, cast: Cast) -> None:
    """Where everybody ended."""
    story.tell("Summary")
    for (status, code), count in sorted(story.statuses(cast.sequence).items()):
        print(f"   {count:3}  {status:12} {code}")


def _candidate(story: Story, cast: Cast, name: str) -> str:
    return str(story.get(f"/enrollments/{cast.people[name]}")["candidate_id"])


def _sent_to_stopped(story: Story, cast: Cast) -> int:
    return sum(line["delivery"].split(":")[0] in cast.stopped for line in story.accepted())
