"""Chapter 12: OBS buckets, what is in them, and whether the service may write to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from conformance.engine.scenario import ABSENT, Blocked, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.buckets import in_future, moments, rows_of

AUTHORISE, REVOKE = 1, 0
_SOON = 6.0
"""Seconds within which a change of authority is listed."""
NO_DATA = "no data: there are no {}"
_ONE_ANSWER = 1000
"""Objects that one answer is believed to hold; with more it may have been cut."""
_MOST_BUCKETS = 5
"""Buckets that are looked into for an object."""
_DEEPEST = 4
"""Folders within each other that are looked into for an object."""


@rules(
    "ListObsBuckets/rule/count-equals-items",
    "ListObsBuckets/rule/buckets-unique",
    "ListObsBuckets/rule/created-in-the-past",
    "ListObsBuckets/rule/reading-changes-nothing",
)
def test_buckets_are_listed_once_and_counted(scenario: Scenario) -> None:
    """Its count is that of the buckets, none is there twice, and reading changes nothing (12.1)."""
    first, second = scenario.make("ListObsBuckets"), scenario.make("ListObsBuckets")
    buckets = _buckets(first)
    scenario.rule("ListObsBuckets/rule/count-equals-items").equal(
        first.json.get("count"), len(buckets), f"count of a list of {len(buckets)} buckets", first
    )
    if not buckets:
        for name in ("buckets-unique", "created-in-the-past", "reading-changes-nothing"):
            scenario.rule(f"ListObsBuckets/rule/{name}").inconclusive(NO_DATA.format("buckets"))
        return
    twice = _repeated([str(row.get("bucket")) for row in buckets])
    scenario.rule("ListObsBuckets/rule/buckets-unique").that(
        not twice,
        "buckets are listed more than once",
        expected="each bucket once",
        actual=", ".join(twice),
        exchange=first,
    )
    created = [row.get("creation_date") for row in buckets]
    _judge_dates(scenario, "ListObsBuckets/rule/created-in-the-past", created, first)
    scenario.rule("ListObsBuckets/rule/reading-changes-nothing").equal(
        _by_name(_buckets(second), "bucket"),
        _by_name(buckets, "bucket"),
        "the list of buckets, asked for again",
        second,
    )


@rules(
    "ListObsBucketObjects/rule/count-equals-items",
    "ListObsBucketObjects/rule/objects-have-size-and-date",
    "ListObsBucketObjects/rule/folders-are-not-objects",
    "ListObsBucketObjects/rule/folders-hold-objects",
    "ListObsBucketObjects/rule/prefix-narrows",
    "ListObsBucketObjects/rule/prefix-without-match",
    "ListObsBucketObjects/rule/items-unique",
    "ListObsBucketObjects/rule/modified-in-the-past",
    "ListObsBucketObjects/rule/reading-changes-nothing",
)
def test_objects_and_folders_of_a_bucket(scenario: Scenario) -> None:
    """Counted, told apart, narrowed by a prefix, and the same when asked again (12.2).

    A prefix is understood as the path of a folder: a list may be of all that begins with it, or of
    what lies directly in that folder.
    """
    _judge_prefix_without_match(scenario)
    place, objects, folders = _with_objects(scenario)
    beneath = place.beneath
    for exchange in (objects, folders):
        _judge_count(scenario, exchange)
    if not _items(objects):
        for rule in scenario.pending:
            scenario.rule(rule).inconclusive(NO_DATA.format("objects in the bucket"))
        return
    _judge_items(scenario, objects, folders)
    modified = [row.get("last_modified") for row in _items(objects)]
    _judge_dates(scenario, "ListObsBucketObjects/rule/modified-in-the-past", modified, objects)
    for kind, whole in (("objects", objects), ("folders", folders)):
        if any(name != beneath for name in _names(whole)):
            _judge_narrowing(scenario, kind, place, whole, _names(folders)[-1:])
    again = place.listed(scenario, "objects", beneath)
    scenario.rule("ListObsBucketObjects/rule/reading-changes-nothing").equal(
        _by_name(_items(again), "file_name"),
        _by_name(_items(objects), "file_name"),
        "the list of objects, asked for again",
        again,
    )


def _judge_dates(scenario: Scenario, rule: str, dates: Sequence[Any], exchange: Exchange) -> None:
    """What is there was made before now: a date in the future is one in another zone."""
    if not any(map(moments, dates)):
        scenario.rule(rule).inconclusive(NO_DATA.format("dates that can be read"))
        return
    future = [date for date in dates if in_future(scenario, date)]
    scenario.rule(rule).that(
        not future,
        f"{len(future)} of {len(dates)} dates lie in the future",
        expected=f"at most {scenario.lab.now():%Y/%m/%d %H:%M:%S} GMT +00:00",
        actual=", ".join(map(str, future[:3])),
        exchange=exchange,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """A bucket, as queries name it (empty: that of the run), and the folder that is looked at."""

    named: Mapping[str, str] = dataclasses.field(default_factory=dict)
    beneath: str | None = None

    def listed(self, scenario: Scenario, kind: str, prefix: str | None = None) -> Exchange:
        """The objects or folders under a prefix. Raises Blocked unless they are answered."""
        query = {"type": kind, **self.named, **({} if prefix is None else {"prefix": prefix})}
        return scenario.make("ListObsBucketObjects", query=query)


_Filled = tuple[_Place, Exchange, Exchange]


def _with_objects(scenario: Scenario) -> _Filled:
    """What is in the bucket of the run; where that is nothing, in one of the others."""
    first = _filled(scenario, _Place())
    if _items(first[1]) or not scenario.offers("ListObsBuckets"):
        return first
    for row in _buckets(scenario.make("ListObsBuckets"))[:_MOST_BUCKETS]:
        named = {"bucket": str(row.get("bucket")), "location": str(row.get("location"))}
        with suppress(Blocked):
            found = _filled(scenario, _Place(named))
            if _items(found[1]):
                return found
    return first


def _filled(scenario: Scenario, place: _Place) -> _Filled:
    """Objects and folders of a bucket; where all lie deeper, of a folder that has objects."""
    beneath: str | None = None
    for _ in range(_DEEPEST):
        objects, folders = (
            place.listed(scenario, kind, beneath) for kind in ("objects", "folders")
        )
        deeper = [name for name in _names(folders) if name != beneath]
        if _items(objects) or not deeper:
            break
        beneath = deeper[0]
    return dataclasses.replace(place, beneath=beneath), objects, folders


def _judge_count(scenario: Scenario, exchange: Exchange) -> None:
    rows = _items(exchange)
    scenario.rule("ListObsBucketObjects/rule/count-equals-items").equal(
        exchange.json.get("count"), len(rows), f"count of a list of {len(rows)} items", exchange
    )


def _judge_items(scenario: Scenario, objects: Exchange, folders: Exchange) -> None:
    bare = [row for row in _items(objects) if "size" not in row or "last_modified" not in row]
    scenario.rule("ListObsBucketObjects/rule/objects-have-size-and-date").that(
        not bare,
        f"{len(bare)} objects are listed without size or last_modified",
        expected="both for every object",
        actual=str(bare[:3]),
        exchange=objects,
    )
    # A store keeps an empty object for a folder that was made before anything was in it.
    kept = {row.get("file_name") for row in _items(objects) if _is_empty_folder(row)}
    both = sorted((set(_names(objects)) & set(_names(folders))) - kept)
    scenario.rule("ListObsBucketObjects/rule/folders-are-not-objects").that(
        not both,
        "items are listed as objects and as folders",
        expected="one or the other",
        actual=", ".join(both[:5]),
        exchange=folders,
    )
    _judge_folders(scenario, _names(objects), _names(folders), folders)
    for exchange in (objects, folders):
        twice = _repeated(_names(exchange))
        scenario.rule("ListObsBucketObjects/rule/items-unique").that(
            not twice,
            "items are listed more than once",
            expected="each item once",
            actual=", ".join(twice[:5]),
            exchange=exchange,
        )


def _is_empty_folder(row: Any) -> bool:
    return row.get("size") == 0 and str(row.get("file_name")).endswith("/")


def _judge_folders(
    scenario: Scenario, objects: list[str], folders: list[str], exchange: Exchange
) -> None:
    """Which of the two lists holds the other; neither does, where no folder is filled."""
    rule = scenario.rule("ListObsBucketObjects/rule/folders-hold-objects")
    right, wrong = _holds(folders, objects), _holds(objects, folders)
    rule.that(
        right or not wrong,
        "what is listed as objects holds what is listed as folders",
        expected="folders that begin the names of objects",
        actual=", ".join(folders[:5]),
        exchange=exchange,
    )


def _holds(outer: list[str], inner: list[str]) -> bool:
    """Whether a name of the one list, and a slash, begins a name of the other."""
    return any(name.startswith(f"{one.rstrip('/')}/") for one in outer for name in inner)


def _judge_narrowing(
    scenario: Scenario, kind: str, place: _Place, whole: Exchange, folders: Sequence[str]
) -> None:
    """What begins with the prefix, and nothing else: as it is listed without it.

    Of a list of one folder at a time nothing is known of what lies deeper. A folder that the
    bucket is said to have holds what the list of objects shows of it.

    A prefix is no search: in other letters, or from the middle of a name, it is another one.
    """
    name = next(name for name in _names(whole) if name != place.beneath)
    prefix = name[: name.rstrip("/").rfind("/") + 2]
    start = len(place.beneath or "")
    one_level = not any("/" in one[start:].rstrip("/") for one in _names(whole))
    shown = folders if kind == "objects" and len(_items(whole)) < _ONE_ANSWER else ()
    for asked in dict.fromkeys((prefix, prefix.swapcase(), name[1:4], *shown)):
        narrowed = place.listed(scenario, kind, asked)
        known = _items(narrowed if one_level and "/" in asked[start:] else whole)
        wanted = [row for row in known if str(row.get("file_name")).startswith(asked)]
        scenario.rule("ListObsBucketObjects/rule/prefix-narrows").equal(
            _by_name(_items(narrowed), "file_name"),
            _by_name(wanted, "file_name"),
            f"the list of {kind} with prefix {in_json(asked)}",
            narrowed,
        )
        _judge_count(scenario, narrowed)


def _judge_prefix_without_match(scenario: Scenario) -> None:
    rule = scenario.rule("ListObsBucketObjects/rule/prefix-without-match")
    query = {"type": "objects", "prefix": scenario.name("no-such-folder/")}
    none = scenario.send("ListObsBucketObjects", query=query)
    if rule.succeeded(none):
        rule.equal(
            none.json, {"count": 0, "objects": []}, "the answer for a prefix that nothing has", none
        )


@rules(
    "UpdateObsBucketAuthority/rule/authorise-is-listed",
    "UpdateObsBucketAuthority/rule/revoke-is-listed",
    "UpdateObsBucketAuthority/rule/twice-is-harmless",
    "UpdateObsBucketAuthority/rule/only-this-bucket",
)
def test_authority_is_listed_for_this_bucket_alone(scenario: Scenario) -> None:
    """Changed, changed again, and changed back, each seen in the list of buckets (12.3).

    It ends with what it found.
    """
    name = scenario.given("bucket")
    before = scenario.make("ListObsBuckets")
    granted = bool(_row(before, name).get("is_authorized"))
    for operation in (REVOKE, AUTHORISE) if granted else (AUTHORISE, REVOKE):
        rule = "authorise-is-listed" if operation == AUTHORISE else "revoke-is-listed"
        first, second = (_change(scenario, operation) for _ in range(2))
        if first.status != scenario.success(first):
            scenario.rule(f"UpdateObsBucketAuthority/rule/{rule}").succeeded(first)
            continue
        scenario.rule("UpdateObsBucketAuthority/rule/twice-is-harmless").succeeded(second)
        wanted = {**_row(before, name), "is_authorized": operation == AUTHORISE}
        after = scenario.until(
            lambda: scenario.make("ListObsBuckets"),
            partial(_lists, wanted),
            _SOON,
        )
        scenario.rule(f"UpdateObsBucketAuthority/rule/{rule}").equal(
            _row(after, name),
            wanted,
            f"bucket {name} in the list after operation {operation}",
            after,
        )
        _judge_others(scenario, name, before, after)


def _lists(wanted: dict[str, Any], body: Any) -> bool:
    buckets = body.get("buckets") if isinstance(body, dict) else None
    return isinstance(buckets, list) and wanted in buckets


def _judge_others(scenario: Scenario, name: str, before: Exchange, after: Exchange) -> None:
    rule = scenario.rule("UpdateObsBucketAuthority/rule/only-this-bucket")
    others, now = ([r for r in _buckets(x) if r.get("bucket") != name] for x in (before, after))
    if others:
        rule.equal(
            _by_name(now, "bucket"),
            _by_name(others, "bucket"),
            f"the other buckets after {name} was changed",
            after,
        )
    else:
        rule.inconclusive(NO_DATA.format("other buckets"))


@rules("UpdateObsBucketAuthority/rule/refused-changes-nothing")
def test_a_refused_change_of_authority_changes_nothing(scenario: Scenario) -> None:
    """With a wrong token, region or type, the list of buckets stays as it was (14.1)."""
    rule = scenario.rule("UpdateObsBucketAuthority/rule/refused-changes-nothing")
    before = scenario.make("ListObsBuckets")
    granted = bool(_row(before, scenario.given("bucket")).get("is_authorized"))
    other = REVOKE if granted else AUTHORISE
    answers = [
        _change(scenario, other, credentials="wrong"),
        _change(scenario, other, change={"location": "nowhere-1"}),
        _change(scenario, other, change={"location": ABSENT}),
        _change(scenario, other, change={"project_id": 7}),
        _change(scenario, 2),
    ]
    after = scenario.make("ListObsBuckets")
    if any(exchange.status < 400 for exchange in answers):
        _change(scenario, AUTHORISE if granted else REVOKE)
        rule.inconclusive("a change that should be refused was made")
        return
    rule.equal(
        _by_name(_buckets(after), "bucket"),
        _by_name(_buckets(before), "bucket"),
        "the list of buckets after refused changes",
        after,
    )


@rules("UpdateObsBucketAuthority/rule/put-with-version")
def test_authority_is_changed_with_put_alone(scenario: Scenario) -> None:
    """POST, which the example shows, is not an operation of the path (12.3)."""
    rule = "UpdateObsBucketAuthority/rule/put-with-version"
    name = scenario.given("bucket")
    granted = bool(_row(scenario.make("ListObsBuckets"), name).get("is_authorized"))
    lab = scenario.lab
    change = {"operation": AUTHORISE if granted else REVOKE}
    template = lab.fill(scenario.template("UpdateObsBucketAuthority", change=change))
    request = lab.request(lab.contract.operation("UpdateObsBucketAuthority"), template)
    answers = lab.contract.answers_of(rule)
    odd = dataclasses.replace(request, operation=None, method="POST")
    scenario.rule(rule).answered(lab.send_raw(odd, answers), *answers.answers)


def _change(scenario: Scenario, operation: int, **how: Any) -> Exchange:
    change = {"operation": operation, **how.pop("change", {})}
    return scenario.send("UpdateObsBucketAuthority", change=change, **how)


def _row(exchange: Exchange, name: str) -> dict[str, Any]:
    return next((row for row in _buckets(exchange) if row.get("bucket") == name), {})


def _buckets(exchange: Exchange) -> list[dict[str, Any]]:
    return rows_of(exchange, "buckets")


def _items(exchange: Exchange) -> list[dict[str, Any]]:
    return rows_of(exchange, "objects")


def _names(exchange: Exchange) -> list[str]:
    return [str(row.get("file_name")) for row in _items(exchange)]


def _by_name(rows: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row.get(field)))


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
