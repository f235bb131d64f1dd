"""Builds whose stops are broken on purpose: the race must catch each, or it proves nothing."""

from tools.drill.broken import SENDING, Broken

SWITCHBOARD, SUBMITTING, CROSSING, CATCHING = (
    "records/switchboard.py",
    "records/submitting.py",
    "api/crossing.py",
    "activities/catching_up.py",
)
_LOOK = "        claim = self._look(client, claim)\n        looked = time.monotonic()\n"
_GO = "                return claim, outcome\n            age = "
_ANNOUNCE = "    transition(\n        connection,\n        claim,\n        DeliveryState.DRAFTED,"
_TELL = (
    "    tell_page(connection, FanOutPage(sequence_id=sequence_id, workspace_id=workspace_id))\n"
)
_PAUSE = '    __import__("time").sleep(0.2)\n'  #: Makes a gap wide that is there anyhow.

POLL_ONLY = Broken(
    name="poll_only",
    what="the inbox is read every five minutes, and not before a send",
    file=SENDING,
    old=_LOOK,
    new="        looked = time.monotonic()\n",
    points="reply",
)

BUILDS: tuple[Broken, ...] = (
    POLL_ONLY,
    Broken(
        name="check_after_the_announcement",
        what="the inbox is read once the send is announced, and the send goes on",
        file=SENDING,
        old=_LOOK,
        new="        looked = time.monotonic()\n",
        also=((SENDING, _GO, "                claim = self._look(client, claim)\n" + _GO),),
        points="reply",
    ),
    Broken(
        name="findings_are_not_stored",
        what="the check reads the inbox, and what it found is not stored",
        file=CATCHING,
        old="        return self.inbox.accept(self.mailbox_id,",
        new="        return 0 and self.inbox.accept(self.mailbox_id,",
        points="reply",
    ),
    Broken(
        name="gate_forgets_stops",
        what="the last gate before a send does not ask for stops",
        file=SUBMITTING,
        old="    stopped = moving.stopped({**enrollment, **sequence}, step_id, attempt)\n",
        new="    stopped = None\n",
        points="stop",
    ),
    Broken(
        name="stop_does_not_wait",
        what="a stop is acknowledged without a look at what is on its way",
        file=CROSSING,
        old="    if await _is_quiet(in_flight):\n        return []\n",
        new="    return []\n",
        points="interview",
    ),
    Broken(
        name="enrollment_not_locked",
        what="the gate reads the enrollment without its lock",
        file=SUBMITTING,
        old=" WHERE e.id = :id FOR UPDATE OF e",
        new=" WHERE e.id = :id",
        also=((SUBMITTING, _ANNOUNCE, _PAUSE + _ANNOUNCE),),
        points="stop",
    ),
    Broken(
        name="sequence_not_locked",
        what="the gate reads the sequence's switch without its lock",
        file=SUBMITTING,
        old='" WHERE id = (SELECT sequence_id FROM enrollments WHERE id = :id) FOR SHARE"',
        new='" WHERE id = (SELECT sequence_id FROM enrollments WHERE id = :id)"',
        # The switch waits for the enrollments of its first page; the rest has this lock alone.
        also=((SUBMITTING, _ANNOUNCE, _PAUSE + _ANNOUNCE), (SWITCHBOARD, _TELL, "")),
        points="deactivation",
    ),
)


def arguments(build: Broken, *, seed: str, races: int) -> list[str]:
    """Give the arguments of a race that catches a build."""
    given = ["--race", str(races), "--seed", seed, "--providers", build.kind]
    return [*given, "--ways", build.points, "--alone", "--patience", "45"]
