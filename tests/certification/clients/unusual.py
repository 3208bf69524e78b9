"""Right but unusual clients: what the document allows, done as few do it.

``python unusual.py NAME`` is the client; ``UNUSUAL`` is the table that the tests read.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from exemplary import (
    Asked,
    Client,
    create_app,
    create_mix_job,
    create_rule,
    create_single_job,
    list_apps,
    list_users,
    show_app,
)
from wrong import DROP, ahead, login, pages, query, signed, situation


def looks_before_it_repeats(client: Client) -> None:
    """Time out while creating, see that nothing was made, and create again."""
    situation(client, "CreateApp", "slow")
    asked = Asked("POST", "/v2/apps", body={"app_name": "patient"})
    with suppress(TimeoutError):
        client.send(asked, timeout=0.1)
    client.send(list_apps(client))
    client.send(asked)


def repeats_with_a_change(client: Client) -> None:
    """After 500 create something else."""
    situation(client, "CreateMixJob", "error-500-RTC.00002002")
    asked = create_mix_job(client)
    client.send(asked)
    client.send(asked.but(body={"mix_param": {**asked.body["mix_param"], "room_id": "room-2"}}))


def repeats_reads(client: Client) -> None:
    """Read again whatever went wrong: nothing can be made twice."""
    for name in ("cut", "malformed", "unavailable"):
        situation(client, "ListApps", name)
        with suppress(HTTPException, ValueError):
            client.send(list_apps(client))
        client.send(list_apps(client))


def tests_its_401(client: Client) -> None:
    """Have one call answered 401, as a test, and go on to the next with the token given."""
    situation(client, "ListApps", "error-401-APIGW.0301")
    client.send(list_apps(client))
    client.send(show_app(client))


def renews_its_token(client: Client) -> None:
    """Fetch a new token after 401, and send the same call again."""
    first = {"X-Auth-Token": login(client)}
    client.send(show_app(client).but(headers=first))
    situation(client, "ListApps", "error-401-APIGW.0301")
    client.send(list_apps(client).but(headers=first))
    second = {"X-Auth-Token": login(client)}
    client.send(list_apps(client).but(headers=second))


def three_sessions(client: Client) -> None:
    """Begin anew three times, with a token for the calls of each session."""
    for _ in range(3):
        token = {"X-Auth-Token": login(client)}
        client.send(show_app(client).but(headers=token))
        client.send(list_apps(client).but(headers=token))


def last_page_first(client: Client) -> None:
    """Go through pages backwards."""
    pages(client, (2, 1, 0))


def every_other_page(client: Client) -> None:
    """Ask for even pages, then for odd ones."""
    pages(client, (0, 2, 1, 3))


def page_of_one(client: Client) -> None:
    """With one entry a page, pages and entries are counted alike."""
    pages(client, (0, 1, 2), limit=1)


def entries_by_entry(client: Client) -> None:
    """Go through users by the offset of entries."""
    now = {"start_time": DROP, "end_time": DROP, "region": DROP}
    for offset in (0, 2, 4):
        client.send(query(limit=2, offset=offset, **now)(client, list_users(client)))


def clock_ahead(client: Client) -> None:
    """Ask for a window that begins now, by a clock that is two minutes ahead."""
    change = query(start_time=ahead(minutes=2), end_time=ahead(minutes=62))
    client.send(change(client, list_users(client)))


def until_midnight(client: Client) -> None:
    """Ask for a window that has begun and is not over."""
    change = query(start_time=ahead(hours=-1), end_time=ahead(hours=9))
    client.send(change(client, list_users(client)))


def slow_reader(client: Client) -> None:
    """Wait for an answer that takes its time."""
    situation(client, "CreateIndividualStreamJob", "slow")
    client.send(create_single_job(client))


def whole_number(client: Client) -> None:
    """3600.0 is an integer."""
    asked = create_rule(client)
    client.send(asked.but(raw=json.dumps(asked.body).replace("7200", "3600.0").encode()))


def escaped_path(client: Client) -> None:
    """Unreserved characters may be escaped (RFC 3986, 2.3)."""
    client.send(Asked("GET", f"/v2/%61pps/%{ord(client.app[0]):02x}{client.app[1:]}"))


def preflight(client: Client) -> None:
    """A browser asks by itself."""
    headers = {"X-Auth-Token": None, "Access-Control-Request-Method": "GET"}
    client.send(Asked("OPTIONS", "/v2/apps", headers=headers))


def three_days_of_one_user(client: Client) -> None:
    """13.10: several days are for a single user."""
    query = {
        "app_id": client.app,
        "room_id": "room-1",
        "user_id": "teacher",
        "mid": "abit",
        "start_time": ahead(days=-3),
        "end_time": ahead(minutes=-5),
    }
    client.send(Asked("GET", f"/v1/{client.project}/rtc/client/qos/details", query))


def signs_everything(client: Client) -> None:
    """Sign, and name the project in the header."""
    client.send(signed(client, show_app(client)))
    client.send(signed(client, create_app(client)))


def waits_after_429(client: Client) -> None:
    """Wait for as long as Retry-After says."""
    situation(client, "ListApps", "throttled")
    answered = client.send(list_apps(client))
    headers = {name.lower(): value for name, value in answered.headers.items()}
    time.sleep(float(headers["retry-after"]) + 0.05)
    client.send(list_apps(client))


def other_group_after_429(client: Client) -> None:
    """Go on with another group, which 429 says nothing of."""
    situation(client, "ListRtcUserList", "throttled")
    client.send(list_users(client))
    client.send(list_apps(client))


def takes_the_name_again(client: Client) -> None:
    """Delete an application, and make one of the same name."""
    for _ in range(2):
        app = client.send(create_app(client)).data["app_id"]
        client.send(Asked("DELETE", f"/v2/apps/{app}"))


def changes_what_was_refused(client: Client) -> None:
    """A name is taken, and another is chosen."""
    client.send(create_app(client))
    client.send(create_app(client))
    client.send(Asked("POST", "/v2/apps", body={"app_name": "another"}))


def corrects_and_repeats(client: Client) -> None:
    """A name is taken; its owner is deleted, and the same request comes again."""
    app = client.send(create_app(client)).data["app_id"]
    client.send(create_app(client))
    client.send(Asked("DELETE", f"/v2/apps/{app}"))
    client.send(create_app(client))


def signs_of_the_alphabet(client: Client) -> None:
    """A name in other scripts, as UTF-8."""
    client.send(Asked("POST", "/v2/apps", body={"app_name": "教室"}))


def spaces_in_json(client: Client) -> None:
    """JSON with blanks and line ends around it."""
    client.send(create_app(client).but(raw=b' \n{ "app_name" :\t"spaced" }\r\n '))


UNUSUAL: dict[str, Callable[[Client], None]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        looks_before_it_repeats,
        repeats_with_a_change,
        repeats_reads,
        tests_its_401,
        renews_its_token,
        three_sessions,
        last_page_first,
        every_other_page,
        page_of_one,
        entries_by_entry,
        clock_ahead,
        until_midnight,
        slow_reader,
        whole_number,
        escaped_path,
        preflight,
        three_days_of_one_user,
        signs_everything,
        waits_after_429,
        other_group_after_429,
        takes_the_name_again,
        changes_what_was_refused,
        corrects_and_repeats,
        signs_of_the_alphabet,
        spaces_in_json,
    )
}
"""By name: what is right, and must not be found fault with, by a MUST or a SHOULD."""


if __name__ == "__main__":
    UNUSUAL[sys.argv[1]](Client(os.environ))
