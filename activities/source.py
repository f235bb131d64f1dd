"""Asks a source: about webhooks that name ids only, and, where it sends none, for interviews."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity

from activities.deadline import Deadline, this_deadline
from activities.failures import SOON, again, backoff
from domain.errors import NotFound, ProviderError, StaleAttempt, Throttled
from domain.messages import SourceReport, SourceStart
from domain.sources.asking import (
    Found,
    Listed,
    SourceRefused,
    SourceStanding,
    StoredEvent,
    Whose,
)
from domain.sources.ports import SourceClient, SourceClients, SourceDesk

BATCH = 20  #: Interviews asked about between two commits.
RESERVE = timedelta(seconds=60)  #: Of a try's time, left over for the calls that are under way.


class SourceActivities:
    """Reads sources. Thread-safe: its ports are."""

    def __init__(self, *, clients: SourceClients, desk: SourceDesk, every: timedelta) -> None:
        self._clients = clients
        self._desk = desk
        self._every = every

    @activity.defn
    def watch_source(self, source: SourceStart) -> SourceReport:
        """Act on what was stored, read what is new; return only when there is news, or no work.

        A quiet or failed try asks Temporal for another one: one action and no event. A killed try
        is tried again within seconds, and what it committed stays.
        """
        who = (source.source_id, source.workspace_id)
        standing = self._desk.standing(*who)
        if not standing.is_open:
            return SourceReport(idle=True)
        try:
            report = self._ask(standing, *who)
        except ProviderError as error:
            failures = self._desk.failed(*who, error)
            raise again("It could not be asked.", after=self._pause(error, failures)) from None
        except StaleAttempt:
            raise again("There is more to read.", after=SOON, kind="More") from None
        return report if report.found else self._rest(*who)

    def _ask(self, standing: SourceStanding, source_id: str, workspace_id: str) -> SourceReport:
        if not standing.is_polled and standing.next_event_in is None:
            return SourceReport()
        client = self._clients.open(source_id, workspace_id)
        deadline = this_deadline(reserve=RESERVE)
        settled, ended = self._settle(client, deadline, source_id, workspace_id)
        found = 0
        if standing.is_polled:
            found, more = self._poll(client, standing, deadline, source_id, workspace_id)
            ended += more
        if standing.is_polled or settled:
            self._desk.answered(source_id, workspace_id, polled=standing.is_polled)
        return SourceReport(found=settled + found, stopped=ended)

    def _settle(
        self, client: SourceClient, deadline: Deadline, source_id: str, workspace_id: str
    ) -> tuple[int, int]:
        """Ask about stored events; one that cannot be answered waits, and holds up no other."""
        settled = ended = 0
        while events := self._desk.stored(source_id, workspace_id, BATCH):
            for event in events:
                deadline.check()
                try:
                    whose = _whose(client, event)
                except (SourceRefused, Throttled):
                    raise
                except ProviderError as error:
                    self._desk.postpone(event, workspace_id, error)
                    self._desk.failed(source_id, workspace_id, error)
                    continue
                ended += self._desk.settle(event, workspace_id, whose)
                settled += 1
        return settled, ended

    def _poll(
        self,
        client: SourceClient,
        standing: SourceStanding,
        deadline: Deadline,
        source_id: str,
        workspace_id: str,
    ) -> tuple[int, int]:
        """Read interviews since the cursor, which moves with the last of them."""
        assert standing.now is not None
        listing = client.interviews(standing.cursor, standing.now)
        keys = [one.key for one in listing.interviews]
        unseen = self._desk.unseen(source_id, workspace_id, keys) if keys else set[str]()
        new = [one for one in listing.interviews if one.key in unseen]
        ended = 0
        *batches, last = _batches(new)
        for batch in batches:
            ended += self._accept(client, batch, None, deadline, source_id, workspace_id)
        ended += self._accept(client, last, listing.cursor, deadline, source_id, workspace_id)
        return len(new), ended

    def _accept(
        self,
        client: SourceClient,
        batch: Sequence[Listed],
        cursor: str | None,
        deadline: Deadline,
        source_id: str,
        workspace_id: str,
    ) -> int:
        deadline.check()
        found = [_found(client, one) for one in batch]
        return self._desk.accept(source_id, workspace_id, found, cursor)

    def _rest(self, source_id: str, workspace_id: str) -> SourceReport:
        """Wait for the next poll or the next stored event that is due, if there is one."""
        standing = self._desk.standing(source_id, workspace_id)
        waits = [standing.next_event_in] if standing.next_event_in is not None else []
        if standing.is_polled:
            waits.append(self._every)
        if not waits or not standing.is_open:
            return SourceReport(idle=True)
        raise again("Nothing new.", after=max(min(waits), SOON), kind="Poll")

    def _pause(self, error: ProviderError, failures: int) -> timedelta:
        if isinstance(error, SourceRefused | NotFound):
            return self._every  # Only a person can help, and that wakes us.
        return min(
            backoff(failures, error.retry_after), max(self._every, error.retry_after or SOON)
        )


def _whose(client: SourceClient, event: StoredEvent) -> Whose | None:
    try:
        return client.whose(event.question)
    except NotFound:
        return None


def _found(client: SourceClient, listed: Listed) -> Found:
    try:
        return Found(key=listed.key, whose=client.whose(listed.question))
    except NotFound:  # Removed between the list and the look: nobody's any more.
        return Found(key=listed.key, whose=Whose(addresses=()))


def _batches(new: Sequence[Listed]) -> list[Sequence[Listed]]:
    """Cut into batches; nothing new is one empty batch, since the cursor moves all the same."""
    return [new[at : at + BATCH] for at in range(0, max(len(new), 1), BATCH)]
