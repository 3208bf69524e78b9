"""Resources: made once, shared, spared, deleted; and what happens when they cannot be had."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.access.settings import Fixtures
from conformance.engine.outcomes import Blocked
from conformance.engine.resources.pool import TRIES
from conformance.model.case import Given, Template
from tests.labs import answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab

PLAIN = Fixtures()
POPULATED = "populated_app"


def _made(requests: list[httpx.Request], end: str = "/apps") -> int:
    return sum(r.method == "POST" and r.url.path.endswith(end) for r in requests)


def _deleted(requests: list[httpx.Request]) -> int:
    return sum(r.method == "DELETE" for r in requests)


def test_a_shared_resource_is_made_once(make_lab: MakeLab) -> None:
    """Whoever asks gets the same one; what lies beneath it brings its parent."""
    lab, requests = make_lab()
    assert lab.resources.get("app") == lab.resources.get("app")
    lab.resources.get("record_rule")
    assert _made(requests) == 1
    assert _made(requests, "/record-rules") == 1


def test_an_update_that_would_end_the_shared_job_gets_one_of_its_own(make_lab: MakeLab) -> None:
    """Else its answer would depend on how long the run has taken until then."""
    lab, _ = make_lab()
    shared = lab.resources.get("mix_job")
    path = {"app_id": Given("app"), "job_id": Given("mix_job")}
    for seconds, own in ((7200, False), (0.0, True)):
        body = {"mix_param": {"max_idle_time": seconds}}
        filled = lab.fill(Template("UpdateMixJob", path=path, body=body))
        assert (filled.path["job_id"] != shared) is own
        assert filled.path["app_id"] == lab.resources.get("app")


def test_everything_is_deleted_at_the_end(make_lab: MakeLab) -> None:
    """The newest first, and what was beneath a deleted one is not asked for again."""
    lab, requests = make_lab()
    app = lab.resources.get("app")
    rule = lab.resources.get("record_rule")
    path = lab.resources.path_of("record_rule", rule)
    assert path == {"app_id": app, "rule_id": rule}
    assert lab.resources.path_of("app", "nobody") == {}
    assert lab.resources.clean() == []
    assert [r.url.path for r in requests if r.method == "DELETE"] == [
        f"/v2/apps/{app}/record-rules/{rule}",
        f"/v2/apps/{app}",
    ]


def test_what_cannot_be_deleted_is_told(make_lab: MakeLab) -> None:
    """The report names what a run left behind."""

    def stubborn(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "DELETE":
            return answer_like(answer, 400, {"error_code": "RTC.00001003", "error_msg": "m"})
        return answer

    lab, _ = make_lab(stubborn)
    app = lab.resources.get("app")
    assert lab.resources.clean() == [f"app {app}"]


def test_what_cannot_be_deleted_is_not_tried_after_every_case(make_lab: MakeLab) -> None:
    """Once when its case is over and once at the end: a run of hours would send thousands."""

    def stubborn(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "DELETE":
            return answer_like(answer, 409, {"error_code": "RTC.00001003", "error_msg": "m"})
        return answer

    lab, requests = make_lab(stubborn)
    lab.resources.fresh("app")
    for _ in range(5):
        lab.resources.release(lab.resources.mark, spares=False)
    assert _deleted(requests) == 1
    assert len(lab.resources.clean()) == 1
    assert _deleted(requests) == 2


def test_a_rule_that_is_in_use_is_freed_first(make_lab: MakeLab) -> None:
    """Where automatic recording keeps a rule (14.2: 1013), it is switched off and deleted again."""
    used: set[str] = set()

    def keeping(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/auto-record-mode"):
            used.clear()
        if request.method == "DELETE" and used & set(request.url.path.split("/")):
            return answer_like(answer, 400, {"error_code": "RTC.00001013", "error_msg": "m"})
        return answer

    lab, requests = make_lab(keeping)
    used.add(lab.resources.get("record_rule"))
    lab.resources.clean()
    assert [r.content for r in requests if r.method == "PUT"] == [b'{"mode": "AUTO_RECORD_OFF"}']
    assert not used
    assert _deleted(requests) == 3


def test_a_spare_is_kept_and_lent_once(make_lab: MakeLab) -> None:
    """What a case made and did nothing to serves the next one that needs a fresh one."""
    lab, requests = make_lab()
    mark = lab.resources.mark
    created = lab.send(Template("CreateApp", body={"app_name": "one"})).json["app_id"]
    second = lab.send(Template("CreateApp", body={"app_name": "two"})).json["app_id"]
    lab.resources.release(mark)
    assert _deleted(requests) == 1
    mark = lab.resources.mark
    spare = lab.resources.fresh("app")
    assert spare in {created, second}
    assert _made(requests) == 2
    lab.resources.release(mark)
    assert _deleted(requests) == 2
    assert lab.resources.fresh("app") not in {created, second}


def test_a_spare_that_ends_while_it_is_waited_for_is_not_lent(make_lab: MakeLab) -> None:
    """A job of five seconds, of which six pass until it is seen to run, is over by then."""
    waited: list[str] = []

    def slow(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "GET" and "individual-stream-jobs" in request.url.path and not waited:
            waited.append(request.url.path)
            lab.advance(6)
        return answer

    lab, _ = make_lab(slow)
    app = lab.resources.get("app")
    body = {"room_id": "r", "user_id": "u", "is_record_audio": True, "max_idle_time": 5}
    mark = lab.resources.mark
    start = Template("CreateIndividualStreamJob", path={"app_id": app}, body=body)
    short = lab.send(start).json["job_id"]
    lab.resources.release(mark)
    assert lab.resources.fresh("individual_job") != short
    assert waited[0].endswith(short)


def test_without_spares_everything_goes(make_lab: MakeLab) -> None:
    """A rule's test may have done anything to what it made."""
    lab, requests = make_lab()
    mark = lab.resources.mark
    lab.send(Template("CreateApp", body={"app_name": "one"}))
    lab.resources.release(mark, spares=False)
    assert _deleted(requests) == 1


def test_a_deleted_resource_is_forgotten(make_lab: MakeLab) -> None:
    """Whoever deletes the shared one: the next to ask gets another."""
    lab, requests = make_lab()
    app = lab.resources.get("app")
    lab.send(Template("DeleteApp", path={"app_id": Given("app")}))
    assert lab.resources.get("app") != app
    assert _made(requests) == 2


def test_given_things_are_never_made(make_lab: MakeLab) -> None:
    """The target file names them; a fresh one of them is the same one."""
    fixtures = Fixtures(app_id="theirs", bucket="records", room_id="r1")
    lab, requests = make_lab(fixtures=fixtures, project_id="p9")
    assert lab.resources.get("bucket") == lab.resources.fresh("bucket") == "records"
    assert lab.resources.get("project") == "p9"
    assert lab.resources.fresh(POPULATED) == "theirs"
    assert lab.resources.get("room", reading=True) == "r1"
    assert lab.resources.get("username")
    assert requests == []


def test_what_no_file_names_is_looked_up(make_lab: MakeLab) -> None:
    """The bucket in the list of buckets, the room in that of rooms; each is asked for once."""
    lab, requests = make_lab(fixtures=PLAIN)
    bucket = lab.resources.get("bucket")
    assert bucket == lab.resources.get("bucket")
    assert lab.resources.get("room")
    assert lab.resources.get("user")
    paths = Counter(r.url.path.rsplit("/", 1)[-1] for r in requests)
    assert max(paths.values()) == 1, paths


def test_what_is_nowhere_to_be_found(make_lab: MakeLab) -> None:
    """No bucket in the list and none in the file: blocked, and why."""

    def empty(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if "buckets" in request.url.path:
            return answer_like(answer, 200, {"count": 0, "buckets": [7, {"bucket": 7}]})
        return answer

    lab, _ = make_lab(empty, fixtures=PLAIN)
    with pytest.raises(Blocked, match="ListObsBuckets shows none, the target file names none"):
        lab.resources.get("bucket")


def test_without_a_project(make_lab: MakeLab) -> None:
    """The project id is nothing that can be guessed."""
    lab, _ = make_lab(project_id=None)
    with pytest.raises(Blocked, match="SPARKRTC_PROJECT_ID"):
        lab.resources.get("project")


def test_things_that_only_need_a_name(make_lab: MakeLab) -> None:
    """What no list shows gets a name of the run."""
    lab, _ = make_lab(account=False)
    assert lab.resources.get("username").startswith(lab.prefix)


def test_an_account_that_nobody_named_is_not_made_up(make_lab: MakeLab) -> None:
    """With a token alone the account has a name that we do not know: no server is held to one."""
    lab, _ = make_lab(account=False)
    with pytest.raises(Blocked, match="SPARKRTC_DOMAIN"):
        lab.resources.get("domain")


def test_an_application_of_our_own_when_there_is_no_other(make_lab: MakeLab) -> None:
    """Statistics are asked of somebody's application; of ours where nobody has one."""
    lab, requests = make_lab(fixtures=PLAIN, data=False)
    assert lab.resources.get(POPULATED) == lab.resources.get("app")
    assert _made(requests) == 1


def test_a_failed_kind_is_not_tried_for_ever(make_lab: MakeLab) -> None:
    """After a few tries in vain, all that need it are blocked without a request."""

    def nothing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, text="broken")

    lab, requests = make_lab(handler=nothing)
    for _ in range(TRIES + 3):
        with pytest.raises(Blocked, match="CreateApp answered 500 broken"):
            lab.resources.get("app")
    assert _made(requests) == TRIES


def test_a_target_that_goes_dark(make_lab: MakeLab) -> None:
    """No answer at all is a reason, too."""

    def dark(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    lab, _ = make_lab(handler=dark)
    with pytest.raises(Blocked, match="CreateApp answered nothing"):
        lab.resources.get("app")


def test_a_target_that_allows_no_writes(make_lab: MakeLab) -> None:
    """Nothing is made there, and nothing is sent."""
    lab, requests = make_lab(capabilities=frozenset({"statistics"}))
    with pytest.raises(Blocked, match="does not allow writes"):
        lab.resources.get("app")
    assert requests == []


def test_a_room_that_was_dismissed_is_gone(make_lab: MakeLab) -> None:
    """Whoever needs a room afterwards gets another one."""
    lab, _ = make_lab()
    room = lab.resources.get("room")
    path = {"app_id": Given(POPULATED), "room_id": room}
    assert lab.send(Template("RemoveRoom", path=path, body={})).status == 202
    assert lab.resources.get("room", reading=True) == room
    assert lab.resources.get("room") != room


@pytest.mark.parametrize(("state", "over"), [("RUNNING", False), ("FINISHED", True)])
def test_a_named_room_that_is_over(make_lab: MakeLab, state: str, over: bool) -> None:
    """An earlier run has dismissed it: who looks may go on, who acts is told what is the matter."""

    def told(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/rooms"):
            return answer
        row = {"room_id": "r1", "state": state}
        return answer_like(answer, 200, {"total": 1, "room_info_list": [row]})

    lab, _ = make_lab(told, fixtures=Fixtures(app_id="theirs", room_id="r1"))
    assert lab.resources.get("room", reading=True) == "r1"
    if not over:
        assert lab.resources.get("room") == "r1"
        return
    for _ in range(2):
        with pytest.raises(Blocked, match="the room r1 is over"):
            lab.resources.get("room")


def test_jobs_are_waited_for(make_lab: MakeLab) -> None:
    """A job that starts is looked at until it runs, as the contract says."""
    lab, requests = make_lab()
    job = lab.resources.fresh("mix_job")
    assert any(r.method == "GET" and r.url.path.endswith(job) for r in requests)


def test_the_project_is_named_by_the_identity_service(make_lab: MakeLab) -> None:
    """Without a name in the target file it is that of the row with the project's id."""
    others = [{"id": "f" * 32, "name": "somebody-elses"}]

    def more(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/v3/projects"):
            return answer
        rows = answer.json()["projects"]
        return answer_like(answer, 200, {**answer.json(), "projects": [*others, *rows]})

    lab, _ = make_lab(change=more, project_name=None)
    shown = lab.send(Template("ListProjects"), judge=False).json["projects"]
    mine = [row["name"] for row in shown if row["id"] == lab.settings.project_id]
    assert [lab.resources.get("project_name")] == mine


def test_a_project_that_is_not_listed_has_no_name(make_lab: MakeLab) -> None:
    """What needs the name is blocked: a token for a name of ours would be refused rightly."""

    def none(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        listing = request.url.path.endswith("/v3/projects")
        return answer_like(answer, 200, {"projects": []}) if listing else answer

    lab, _ = make_lab(change=none, project_name=None)
    with pytest.raises(Blocked, match="project_name"):
        lab.resources.get("project_name")
