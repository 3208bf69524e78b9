"""Resources that run out by themselves are relied on for half of their time, from their making."""

from __future__ import annotations

from conformance.engine.resources.expiry import Lifetimes

FIELDS = {"job": ("param.idle",), "app": ()}


def test_a_job_that_gets_less_time_than_it_has_idled_is_not_relied_on() -> None:
    """An update to 5 seconds ends a job that is 12 seconds old, whatever was said before."""
    now = 100.0
    lifetimes = Lifetimes(FIELDS, lambda: now)
    lifetimes.created("job", "one", {"param": {"idle": 43200}})
    now = 112.0
    assert lifetimes.lasts("one")
    lifetimes.changed("job", "one", {"param": {"idle": 5}})
    assert not lifetimes.lasts("one")


def test_without_the_field_a_job_is_not_kept_and_other_kinds_live_on() -> None:
    """A default may be short, so nobody relies on it; what has no such field never runs out."""
    lifetimes = Lifetimes(FIELDS)
    lifetimes.created("job", "one", {"param": {}})
    lifetimes.created("app", "two", {})
    assert not lifetimes.lasts("one")
    assert lifetimes.lasts("two")


def test_a_change_that_would_end_it_is_foreseen() -> None:
    """A job that is 12 seconds old is not given to an update to 5; one to 7200 leaves it alone."""
    now = 100.0
    lifetimes = Lifetimes(FIELDS, lambda: now)
    lifetimes.created("job", "one", {"param": {"idle": 43200}})
    assert not lifetimes.ends("job", "one", {"param": {"idle": 5}})
    now = 112.0
    assert lifetimes.ends("job", "one", {"param": {"idle": 5}})
    assert not lifetimes.ends("job", "one", {"param": {"idle": 7200}})
    assert not lifetimes.ends("job", "one", {"param": {}})
    assert not lifetimes.ends("job", "nobody", {"param": {"idle": 5}})
