"""Filling templates: existing or new resources, names that are unique in a run, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.contract.document import Contract
from conformance.engine.resources.pool import ResourcePool
from conformance.engine.resources.stand_ins import StandIns
from conformance.engine.wire.encoding import write_moment
from conformance.model.case import ABSENT, Given, Moment, Template, Unique, resolve


class Filling:
    """Fills the templates of a lab. ``prefix`` starts every name, ``now`` tells the run's time."""

    def __init__(
        self,
        contract: Contract,
        resources: ResourcePool,
        prefix: str,
        now: Callable[[], dt.datetime],
        stand_ins: StandIns,
    ) -> None:
        self._contract = contract
        self._resources = resources
        self._prefix = prefix
        self._now = now
        self._stand_ins = stand_ins
        self._names = 0

    def fill(self, template: Template) -> Template:
        """The template with resources, names and times filled in."""
        answer = partial(
            self._value, reading=self._contract.operation(template.operation).reads_only
        )
        return Template(
            template.operation,
            self._fill_path(template, answer),
            resolve(dict(template.query), answer),
            dict(template.headers),
            ABSENT if template.body is ABSENT else self._fill_body(template.body, answer),
            template.raw,
            template.credentials,
        )

    def _fill_body(self, body: Any, answer: Callable[[Any], Any]) -> Any:
        return self._stand_ins.put(resolve(body, answer))

    def _fill_path(self, template: Template, answer: Callable[[Any], Any]) -> dict[str, Any]:
        """Path parameters; a resource of its own brings the path that leads to it."""
        path: dict[str, Any] = dict(template.path)
        for name, value in template.path.items():
            identifier = self._own(value, template.body) if isinstance(value, Given) else None
            if identifier is not None:
                path = {**path, name: identifier, **self._resources.path_of(value.kind, identifier)}
        filled: dict[str, Any] = resolve(path, answer)
        return filled

    def _own(self, value: Given, body: Any) -> str | None:
        """A resource that nobody else uses, where the case needs one."""
        if value.fresh:
            return self._resources.fresh(value.kind)
        return self._resources.instead_of_shared(value.kind, body) if body is not ABSENT else None

    def unique(self, stem: str) -> str:
        """A name that this run has not used, with the run's prefix."""
        self._names += 1
        return f"{self._prefix}{self._names}-{stem}"

    def _value(self, value: Given | Unique | Moment, *, reading: bool = False) -> Any:
        if isinstance(value, Given):
            if value.fresh:
                return self._resources.fresh(value.kind)
            return self._resources.get(value.kind, reading=reading)
        if isinstance(value, Unique):
            return self.unique(value.stem)
        return write_moment(self._now(), value)
