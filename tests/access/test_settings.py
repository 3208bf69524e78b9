"""The target file is strict, helpful and safe by default."""

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.access.scaffold import write_target
from conformance.access.schema import shipped_schema, target_schema
from conformance.access.target_file import load_target, target_from_url
from conformance.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[2] / "docs" / "target.example.toml"
SMALLEST = 'base_url = "http://emulator.test"\n'


def load(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> Any:
    """Settings of a file with this text."""
    path = tmp_path / "target.toml"
    path.write_text(text, encoding="utf-8")
    return load_target(path, env or {})


def test_example_file_loads_and_states_each_value() -> None:
    """The documented example is a working target file."""
    settings = load_target(EXAMPLE, {})
    assert settings.name == "staging emulator"
    assert settings.allow_writes
    assert settings.waivers[0].expires == dt.date(2027, 3, 31)
    assert settings.errata == {"E-12-date-format": "slashes"}
    assert settings.timeouts.total == 60.0


def test_example_file_names_every_key_there_is() -> None:
    """No key is missing from the documented example."""
    text = EXAMPLE.read_text("utf-8")
    schema = target_schema()
    nested = [part for part in schema["properties"].values() if part.get("properties")]
    nested.append(schema["properties"]["waivers"]["items"])
    keys = {key for part in [schema, *nested] for key in part["properties"]}
    assert {key for key in keys if key not in text} == set()


def test_shipped_schema_is_the_one_of_the_records() -> None:
    """target.schema.json is kept in step with the dataclasses."""
    assert shipped_schema() == target_schema()


def test_example_file_is_valid_against_the_schema() -> None:
    """The schema accepts what the loader accepts."""
    table = tomllib.loads(EXAMPLE.read_text("utf-8"))
    plain = json.loads(json.dumps(table, default=str))
    jsonschema.validate(plain, target_schema(), jsonschema.Draft202012Validator)


WRONG = [
    ("base_ulr = 'http://x'", "unknown key base_ulr; did you mean base_url?"),
    (SMALLEST + "[timeouts]\nconect = 1", "unknown key timeouts.conect; did you mean connect?"),
    (SMALLEST + "[timeouts]\nread = 0", "timeouts.read is 0; it must be more than 0"),
    (SMALLEST + "[limits]\nrequests = 0", "limits.requests is 0; it must be at least 1"),
    (SMALLEST + "[limits]\nrequests = true", "it must be a whole number"),
    (SMALLEST + "[timeouts]\nread = '1'", "timeouts.read is '1'; it must be a number"),
    (SMALLEST + "profile = 'emulater'", "did you mean emulator?"),
    (SMALLEST + "capabilities = ['write']", "did you mean writes?"),
    (SMALLEST + "capabilities = 'writes'", "it must be a list"),
    (SMALLEST + "fixtures = 1", "it must be a table"),
    (SMALLEST + "project_id = ''", "project_id is empty"),
    (SMALLEST + "[headers]\nX-A = 1", "headers.X-A is 1; it must be a string"),
    (SMALLEST + "[[waivers]]\nrequirement = 'x'", "waivers[0].reason is missing"),
    (
        SMALLEST + "[[waivers]]\nrequirement='x'\nreason='r'\nowner='o'\nissue='i'\nexpires='soon'",
        "it must be a date",
    ),
    (SMALLEST + "[[waivers]]\nreasn = 'r'", "unknown key waivers[0].reasn; did you mean reason?"),
    (SMALLEST + "[fixtures]\napp_id = 1", "fixtures.app_id is 1; it must be a string"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_file_is_refused_with_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    """Each mistake gets one line that names file, key and remedy; the schema refuses it too."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)
    assert "target.toml" in str(caught.value)
    validator = jsonschema.Draft202012Validator(
        target_schema(), format_checker=jsonschema.FormatChecker()
    )
    assert not validator.is_valid(json.loads(json.dumps(tomllib.loads(text), default=str)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base_url = 'ftp://x'", "give http(s)://host"),
        ("base_url = 'http://u:p@x'", "holds a user name or password"),
        ("base_url = 'http://x:99999'", "is not a URL"),
        ("base_url = 'http://x/?a=1'", "has a query"),
        (SMALLEST + "[tls]\nclient_key = 'k'", "no tls.client_cert"),
        (SMALLEST + "capabilities = ['rooms.dismiss']", "needs writes"),
        ("base_url = [", "is not TOML"),
        (SMALLEST + "[timeouts]\nread = inf", "it must be a number that is finite"),
    ],
)
def test_inconsistent_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """What the types allow and makes no sense is an error all the same."""
    with pytest.raises(ConfigurationError, match=r"target\.toml") as caught:
        load(tmp_path, text)
    assert message in str(caught.value)


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    """A path that does not exist is named."""
    with pytest.raises(ConfigurationError, match=r"none\.toml: No such file"):
        load_target(tmp_path / "none.toml", {})


@pytest.mark.parametrize("host", ["rtc-api.myhuaweicloud.com", "RTC-API.myhuaweicloud.com."])
def test_production_host_needs_an_explicit_yes(tmp_path: Path, host: str) -> None:
    """The public cloud is never tested by accident, not even by reading."""
    with pytest.raises(ConfigurationError, match="production = true"):
        load(tmp_path, f'base_url = "https://{host}"')
    with pytest.raises(ConfigurationError, match="SPARKRTC_PRODUCTION=yes"):
        target_from_url(f"https://{host}", {})
    assert load(tmp_path, f'base_url = "https://{host}"\nproduction = true').production
    assert target_from_url(f"https://{host}", {"SPARKRTC_PRODUCTION": "yes"}).production
    assert not load(tmp_path, 'base_url = "https://notmyhuaweicloud.com"').production


@pytest.mark.parametrize(
    ("url", "profile", "writes"),
    [
        ("http://127.0.0.1:8080", "emulator", True),
        ("http://[::1]:8080/", "emulator", True),
        ("http://localhost", "emulator", True),
        ("http://127.0.0.1.evil.test", "live", False),
        ("https://rtc.example.com", "live", False),
    ],
)
def test_bare_url_writes_to_loopback_only(url: str, profile: str, writes: bool) -> None:
    """Without a target file only this machine may be written to."""
    settings = target_from_url(url, {})
    assert (settings.profile, settings.allow_writes) == (profile, writes)
    assert not settings.capabilities & {"rooms.remove", "rooms.dismiss", "obs.authorise"}


def test_live_target_file_is_read_only_by_default(tmp_path: Path) -> None:
    """A file that does not mention writes does not allow them."""
    assert not load(tmp_path, SMALLEST).allow_writes


def test_environment_fills_what_the_file_leaves_out(tmp_path: Path) -> None:
    """The file wins; the suite's own variable comes before the vendor SDK's."""
    env = {
        "SPARKRTC_PROJECT_ID": "own",
        "HUAWEICLOUD_SDK_PROJECT_ID": "vendor",
        "SPARKRTC_IDENTITY_URL": "http://iam.test/",
    }
    settings = load(tmp_path, SMALLEST, env)
    assert (settings.project_id, settings.identity_url) == ("own", "http://iam.test")
    assert settings.allows("identity")
    assert load(tmp_path, SMALLEST + "project_id = 'file'", env).project_id == "file"
    del env["SPARKRTC_PROJECT_ID"]
    assert target_from_url("http://localhost", env).project_id == "vendor"


def test_file_names_are_relative_to_the_target_file(tmp_path: Path) -> None:
    """A target file works from any working directory."""
    settings = load(tmp_path, SMALLEST + "credentials_file = 'c.toml'\n[tls]\nca_file = 'ca.pem'")
    assert settings.credentials_file == str(tmp_path / "c.toml")
    assert settings.tls.ca_file == str(tmp_path / "ca.pem")


def test_written_target_file_reads_back(tmp_path: Path) -> None:
    """``target init`` writes what ``load_target`` reads, awkward values included."""
    path = tmp_path / "new.toml"
    name = 'a "quoted"\\name\nover two lines \x7f 项目'
    chosen = {"writes", "rooms.remove"}
    written = write_target(
        path, base_url="http://emulator.test", profile="emulator", name=name, capabilities=chosen
    )
    assert load_target(path, {}) == written
    assert (written.name, written.capabilities) == (name, chosen)
    assert write_target(path, base_url="http://x", overwrite=True).profile == "live"


def test_target_file_that_would_not_load_is_not_written(tmp_path: Path) -> None:
    """A wrong answer leaves no file behind, and an existing file is kept."""
    path = tmp_path / "new.toml"
    with pytest.raises(ConfigurationError, match="did you mean writes"):
        write_target(path, base_url="http://x", capabilities=["wirtes"])
    assert list(tmp_path.iterdir()) == []
    path.write_text("kept")
    with pytest.raises(ConfigurationError, match="exists already"):
        write_target(path, base_url="http://x")
    assert path.read_text() == "kept"


@pytest.mark.parametrize(
    ("url", "writes"),
    [
        ("http://mymock:18080", True),
        ("http://10.0.0.7:8080", True),
        ("https://rtc-api.myhuaweicloud.com", False),
    ],
)
def test_a_named_profile_lets_a_bare_url_be_written_to(url: str, writes: bool) -> None:
    """A container or a private host is what it is said to be; a production host is only read."""
    settings = target_from_url(url, {}, production=True, profile="emulator")
    assert settings.allow_writes is writes
    assert settings.profile == ("emulator" if writes else "live")
