"""Puts the gate together for one repository: the real GitHub, the real Slack, the real clock."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from keyturn.core.compose import Run
from keyturn.gate.aftercare import Aftercare
from keyturn.gate.merge_group import Queue
from keyturn.gate.others import Others
from keyturn.gate.overrides_owed import OverridesOwed
from keyturn.gate.publication import Publication
from keyturn.gate.story import Gate
from keyturn.gate.sweep import Sweep
from keyturn.github.client import Client
from keyturn.github.patience import Patience
from keyturn.github.reader import GitHubReader
from keyturn.github.writer import GitHubWriter
from keyturn.settings import Settings
from keyturn.slack.messenger import Messenger
from keyturn.version import VERSION


class House(Struct, frozen=True):
    """Everything that a run may need."""

    reader: GitHubReader
    gate: Gate
    sweep: Sweep
    queue: Queue


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def build(
    settings: Settings,
    answering: str | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> House:
    """Wire a run; `answering` is the node id of the comment or review that caused it. Nothing is connected yet."""
    client = Client(settings, Patience(clock, sleep))
    reader = GitHubReader(client, settings)
    writer = GitHubWriter(client, settings)

    def pause() -> None:
        """Wait a random while: runs that collide should part."""
        sleep(random.uniform(0.2, 2.0))  # noqa: S311 - nothing depends on its being hard to guess

    others = Others(reader, settings.run_url)
    gate = Gate(
        reader=reader,
        writer=writer,
        settings=settings,
        run=Run(settings.actor, settings.run_url, VERSION),
        clock=clock,
        pause=pause,
        publication=Publication(reader=reader, writer=writer, settings=settings),
        aftercare=Aftercare(
            reader=reader,
            writer=writer,
            settings=settings,
            messenger=Messenger(settings, clock=clock, sleep=sleep, email_of=reader.email_of),
            others=others,
            answering=answering,
        ),
        overrides_owed=OverridesOwed(reader=reader, writer=writer, others=others),
        others=others,
    )
    return House(
        reader,
        gate,
        Sweep(reader=reader, gate=gate, clock=clock),
        Queue(reader=reader, writer=writer, gate=gate, settings=settings),
    )
