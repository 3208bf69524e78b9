"""HAR recordings of browsers and proxies, read as if the client had just been run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.certification.recording.call import Call, Lost, Router
from conformance.certification.recording.har_entry import Base, host_of, read_entry
from conformance.contract.document import Contract
from conformance.errors import ConfigurationError
from conformance.given_files import given_json

_NAMED_AT_MOST = 10
_LOST = {
    Lost.BODY: "the body of the request was not recorded",
    Lost.CREDENTIALS: "the credentials were not recorded",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """The calls of a recording in the order of their times, and remarks on the rest."""

    calls: tuple[Call, ...]
    remarks: tuple[str, ...]


def read_har(path: Path, contract: Contract, base_urls: Sequence[str] = ()) -> Recording:
    """Read the requests of a recording that went to this API.

    ``base_urls`` say where the API was, each with the path before its own paths. Without them a
    host is taken for one of this API when the contract names it, or when a request to it leads to
    a documented operation. An entry that cannot be read is named and left out. Raises
    ConfigurationError when the file is no HAR, or nothing in it can be read.
    """
    bases = [Base.of(url) for url in base_urls]
    calls, bad = _entries(path, _log(path), Router(contract), bases)
    ours = _Ours(contract, calls, bases)
    kept = [call for call in calls if ours.holds(call) and not call.is_preflight]
    ordered = tuple(sorted(kept, key=lambda call: (call.moment, call.exchange.number)))
    return Recording(ordered, (*bad, *_hosts_seen(calls, kept), *_not_recorded(ordered)))


def _log(path: Path) -> list[Any]:
    try:
        entries = given_json(path, "utf-8-sig")["log"]["entries"]
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_har(path, error) from error
    if not isinstance(entries, list):
        raise _no_har(path, TypeError("log.entries is not a list"))
    return entries


def _entries(
    path: Path, entries: list[Any], router: Router, bases: Sequence[Base]
) -> tuple[list[Call], list[str]]:
    """The calls, and a line for each entry that cannot be read."""
    calls: list[Call] = []
    bad: list[str] = []
    first: Exception | None = None
    for number, entry in enumerate(entries, 1):
        try:
            if not _is_cached(entry):
                calls.append(read_entry(entry, number, router, bases))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            first = first or error
            bad.append(f"entry {number} is left out ({_said(error)})")
    if first is not None and not calls:
        raise _no_har(path, first) from first
    return calls, bad


def _is_cached(entry: Mapping[str, Any]) -> bool:
    """Whether the browser answered it from its cache, and sent nothing."""
    return bool(entry.get("_fromCache"))


class _Ours:
    """Decides which requests went to this API."""

    def __init__(self, contract: Contract, calls: Sequence[Call], bases: Sequence[Base]) -> None:
        servers = [server["url"] for server in contract.raw.get("servers", ())]
        servers += [o.server for o in contract.operations.values() if o.server]
        self._bases = bases
        self._named = {host_of(url) for url in servers}
        self._found = {_host(call) for call in calls if call.operation is not None}
        self._versions = {o.path.split("/")[1] for o in contract.operations.values()}

    def holds(self, call: Call) -> bool:
        """Whether a request went to this API.

        A host that is known by its documented requests alone may serve pages as well: of what is
        not documented, only what begins as documented paths do counts there.
        """
        url, host = call.exchange.request.url, _host(call)
        if urlsplit(url).scheme not in {"http", "https"}:
            return False
        if self._bases:
            return any(base.holds(url) for base in self._bases)
        if host in self._named or call.operation is not None:
            return True
        return host in self._found and call.raw_path.lstrip("/").partition("/")[0] in self._versions


def _hosts_seen(calls: Sequence[Call], kept: Sequence[Call]) -> Iterator[str]:
    if not calls:
        return
    judged = Counter(map(_host, kept))
    seen = Counter(map(_host, calls))
    told = [f"{host or 'none'}: {judged[host]} of {n} judged" for host, n in seen.most_common()]
    more = f", and {len(told) - _NAMED_AT_MOST} more" if len(told) > _NAMED_AT_MOST else ""
    yield f"hosts in the recording: {', '.join(told[:_NAMED_AT_MOST])}{more}"


def _not_recorded(calls: Sequence[Call]) -> Iterator[str]:
    for lost, what in _LOST.items():
        names = [call.case for call in calls if lost in call.lost and _matters(call, lost)]
        more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
        if names:
            yield f"{what}, and is not judged: {', '.join(names[:_NAMED_AT_MOST])}{more}"


def _matters(call: Call, lost: Lost) -> bool:
    operation = call.operation
    if operation is None:
        return False
    return not operation.is_open if lost is Lost.CREDENTIALS else operation.body is not None


def _host(call: Call) -> str:
    return host_of(call.exchange.request.url)


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}"
    return str(error)[:200]


def _no_har(path: Path, error: Exception) -> ConfigurationError:
    problem = f"is not a HAR file ({type(error).__name__}: {error})"
    return ConfigurationError(str(path), problem, "export it as HAR 1.2")
