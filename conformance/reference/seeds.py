"""Two tenants with something in them, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.reference.clock import SystemClock
from conformance.reference.identities import Identity
from conformance.reference.ids import Ids
from conformance.reference.resources import App, AutoRecord, Bucket, StoredObject
from conformance.reference.statistics import StatisticsData
from conformance.reference.world import World

if TYPE_CHECKING:
    from conformance.reference.clock import Clock
    from conformance.reference.flow import FlowControl
    from conformance.reference.policies import Policies

APP_NAMES = ("demo-classroom", "demo-meeting")
OTHER_APP_NAME = "other-classroom"
_OTHER_BUCKET = ("rtc-bucket-of-others", "cn-north-4", False)
"""What the second tenant alone has; it shares the names of all other buckets."""
SHOWN_BUCKET = ("rtc-records", "cn-north-4")
"""The bucket that is announced, and its region."""
_BUCKETS = (
    (*SHOWN_BUCKET, True),
    ("rtc-images", "cn-north-4", False),
    ("rtc-archive", "cn-east-2", False),
)
SHOWN_OBJECT = ("img/background.jpg", 310)
"""An object of every bucket, and its kilobytes."""
_OBJECTS = (
    ("Record/2023/11/room001.mp4", 72_547),
    ("Record/2023/11/room001.m3u8", 2),
    ("Record/2023/12/room002.mp4", 18_204),
    SHOWN_OBJECT,
    ("readme.txt", 1),
)


def make_identity(ids: Ids, name: str, project: str = "cn-north-4") -> Identity:
    """Make a user of an account, with one project."""
    return Identity(
        domain=f"{name}-domain",
        domain_id=ids.resource(),
        user=f"{name}-user",
        user_id=ids.resource(),
        password=ids.secret(24),
        project=project,
        project_id=ids.resource(),
        ak=ids.secret(20).upper(),
        sk=ids.secret(40),
        token=ids.secret(128),
    )


def _in_another_project(ids: Ids, identity: Identity) -> Identity:
    """The same user in another project of the account, in which everything else is its own."""
    return replace(
        identity,
        project="cn-east-3",
        project_id=ids.resource(),
        ak=ids.secret(20).upper(),
        sk=ids.secret(40),
        token=ids.secret(128),
    )


def seeded_world(
    seed: int | None = 0,
    *,
    clock: Clock | None = None,
    policies: Policies | None = None,
    flow: FlowControl | None = None,
    data: bool = True,
) -> World:
    """Make a world of two tenants; without ``data`` they have no applications and no buckets.

    The user of the first has a second project, in which there is nothing.

    Ids, secrets and statistics follow from the seed; with None they are different every time.
    """
    clock = clock if clock is not None else SystemClock()
    seed = random.SystemRandom().getrandbits(63) if seed is None else seed
    ids = Ids(seed)
    identities = (make_identity(ids, "demo"), make_identity(ids, "other", "cn-east-2"))
    now = clock.now()
    app_ids = [ids.resource() for _ in APP_NAMES] if data else []
    world = World(
        clock=clock,
        ids=ids,
        identities=(*identities, _in_another_project(ids, identities[0])),
        statistics=StatisticsData.seeded(seed, now, app_ids),
        policies=policies,
        flow=flow,
    )
    if data:
        names = dict(zip(app_ids, APP_NAMES, strict=True))
        _furnish(world, identities[0], names, now)
        _furnish(world, identities[1], {ids.resource(): OTHER_APP_NAME}, now, _OTHER_BUCKET)
    return world


def _furnish(
    world: World,
    identity: Identity,
    names: dict[str, str],
    now: datetime,
    *more: tuple[str, str, bool],
) -> None:
    tenant = world.tenant_of(identity)
    created = now - timedelta(days=60)
    for app_id, name in names.items():
        setting = AutoRecord("AUTO_RECORD_OFF", "", created)
        tenant.apps[app_id] = App(app_id, name, world.ids.secret(), created, True, created, setting)
    tenant.buckets[identity.project_id] = [
        Bucket(name, location, created, authorized, _objects(created, f"{location}/{name}"))
        for name, location, authorized in (*_BUCKETS, *more)
    ]


def _objects(created: datetime, salt: str) -> tuple[StoredObject, ...]:
    """Every bucket holds the same names, with times of its own."""
    start = created + timedelta(hours=len(salt))
    return tuple(
        StoredObject(name, size, start + timedelta(days=position))
        for position, (name, size) in enumerate(_OBJECTS)
    )
