"""Builds the whole sandbox from its parts."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.control.accounts import AccountControl
from sandbox.control.house import HouseControl
from sandbox.control.sources import SourceControl
from sandbox.faults import FaultBoard
from sandbox.gate import Gate
from sandbox.google.gmail import Gmail
from sandbox.google.grants import Grants
from sandbox.google.oauth import OAuth
from sandbox.google.uploads import recipients_of
from sandbox.microsoft.graph import Graph
from sandbox.microsoft.outlook import Outlook
from sandbox.microsoft.sign_in import SignIn
from sandbox.post.office import PostOffice
from sandbox.post.servers import PostServers
from sandbox.post.strikes import Strikes
from sandbox.sources.desk import Desk
from sandbox.sources.diary import Diary
from sandbox.sources.harvest import Harvest
from sandbox.sources.messenger import Messenger
from sandbox.sources.methods import Methods
from sandbox.sources.opportunities import Opportunities
from sandbox.sources.spi import Spi
from sandbox.stats import Stats
from sandbox.told.ears import Ears
from sandbox.told.receivers import Receivers
from sandbox.wire import Call, Table
from sandbox.world.timeline import Timeline
from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Everything that listens."""

    gate: Gate
    post: PostServers
    diary: Diary


def build(state: Path | None = None, *, clock: Callable[[], float] = time.time) -> Sandbox:
    """Plug the sandbox together, with everything that its journal remembers."""
    timeline = Timeline()
    world = World(timeline, clock)
    grants = Grants(timeline, world.ids.now_ms)
    faults, stats = FaultBoard(timeline), Stats()
    gmail, oauth = Gmail(world, grants), OAuth(world, grants)
    outlook = Outlook(world, timeline)
    graph, sign_in = Graph(world, grants, outlook), SignIn(world, grants)
    office = PostOffice(world, timeline)
    diary = Diary(timeline, world.ids.now_ms)
    messenger = Messenger(diary)
    ears = Ears(timeline, world.ids.now_ms)
    accounts = AccountControl(world, grants, office)
    house = HouseControl(
        timeline,
        world=world,
        grants=grants,
        faults=faults,
        stats=stats,
        outlook=outlook,
        office=office,
        diary=diary,
        messenger=messenger,
        ears=ears,
    )
    desk = Desk(diary)
    recruiting = (Harvest(desk), Spi(desk), Opportunities(desk), Methods(desk))
    table = Table(
        [
            *gmail.operations(),
            *oauth.operations(),
            *graph.operations(),
            *sign_in.operations(),
            *(one for system in recruiting for one in system.operations()),
            *SourceControl(diary, messenger).operations(),
            *Receivers(ears).operations(),
            *accounts.operations(),
            *house.operations(),
        ]
    )

    def recipients(call: Call) -> tuple[str, ...]:
        account = gmail.account_of(call)
        if not account:
            return ()
        box = world.mailbox(account)
        return graph.recipients_of(box, call) or recipients_of(call, box)

    if state is not None:
        timeline.open(state)
    gate = Gate(table, faults=faults, stats=stats, recipients=recipients)
    return Sandbox(gate, PostServers(office, Strikes(faults, stats)), diary)
