"""Generators of clients: how each is called, its output checked, and the client driven."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
_EXAMPLE = ROOT / "examples/generated_client.py"
_BIN = Path(sys.executable).parent
_TSC = ("--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--types", "node")
_TS = ("--skipLibCheck", "false", "--module", "commonjs", "--moduleResolution", "node10")


class Broken(Exception):  # noqa: N818 - it is said of a client
    """A step that did not succeed; its text is the end of what the command printed."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where clients are made: ``folder``, from ``contract``; ``operations`` tells drivers of it."""

    folder: Path
    contract: Path
    operations: Path

    def run(self, *command: str | Path, cwd: Path | None = None, seconds: float = 900) -> str:
        """What a command printed. Raises Broken when it fails or takes longer."""
        try:
            done = subprocess.run(
                list(map(str, command)),
                cwd=cwd or self.folder,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Broken(f"{command[0]}: {error}") from error
        if done.returncode:
            raise Broken(f"{command[0]}: {(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def tool(self, name: str) -> str:
        """A program of this environment."""
        return shutil.which(name, path=str(_BIN)) or name

    def node(self, name: str) -> str:
        """A program of the npm packages."""
        return str(self.folder / "node_modules" / ".bin" / name)

    def package_version(self, name: str) -> str:
        """The version of an npm package that is installed here."""
        file = self.folder / "node_modules" / name / "package.json"
        return str(json.loads(file.read_text("utf-8"))["version"])


@dataclass(frozen=True, slots=True)
class Tool:
    """One generator for one language: ``make``, ``check``, and the command of its driver."""

    name: str
    label: str
    language: str
    version: Callable[[Workshop], str]
    make: Callable[[Workshop], Any]
    check: Callable[[Workshop], Any]
    checked_by: str
    driver: Callable[[Workshop], Sequence[str | Path]]


def _mypy(shop: Workshop, place: str, *options: str) -> None:
    shop.run(sys.executable, "-m", "mypy", "--no-incremental", *options, place)


def _python_version(package: str) -> Callable[[Workshop], str]:
    return lambda _shop: version(package)


def _npm_version(package: str) -> Callable[[Workshop], str]:
    return lambda shop: shop.package_version(package)


# ---- openapi-generator -------------------------------------------------------------------------


def _openapi_generator(shop: Workshop, kind: str, *options: str) -> Path:
    target = shop.folder / f"openapi-generator-{kind}"
    command = (shop.tool("openapi-generator-cli"), "generate", "-i", shop.contract, "-g", kind)
    shop.run(*command, "-o", target, *options)
    return target


def _jar() -> Path:
    """The generator's own archive; it holds the Jackson that the Java client needs."""
    spec = importlib.util.find_spec("openapi_generator_cli")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "openapi-generator.jar"


def _make_java(shop: Workshop) -> None:
    options = "openApiNullable=false,hideGenerationTimestamp=true"
    _openapi_generator(shop, "java", "--library", "native", "--additional-properties", options)


def _check_java(shop: Workshop) -> None:
    sources = [
        *(shop.folder / "openapi-generator-java/src/main/java").rglob("*.java"),
        *(HERE / "drivers/java").rglob("*.java"),
    ]
    listing = shop.folder / "java-sources.txt"
    listing.write_text("\n".join(map(str, sources)), encoding="utf-8")
    options = ("-parameters", "-nowarn", "-encoding", "UTF-8", "-cp", _jar())
    shop.run("javac", *options, "-d", shop.folder / "java-classes", f"@{listing}")


def _drive_java(shop: Workshop) -> Sequence[str | Path]:
    api = shop.folder / "openapi-generator-java/src/main/java/org/openapitools/client/api"
    names = sorted(path.stem for path in api.glob("*Api.java"))
    return ("java", "-cp", f"{shop.folder / 'java-classes'}:{_jar()}", "Driver", *names)


def _make_go(shop: Workshop) -> None:
    # Constants of a package share one room of names in Go; a field that is new is no error.
    options = "enumClassPrefix=true,disallowAdditionalPropertiesIfNotPresent=false"
    target = _openapi_generator(shop, "go", "--additional-properties", options)
    (target / "go.mod").write_text("module client\n\ngo 1.23\n", encoding="utf-8")
    shutil.rmtree(target / "test", ignore_errors=True)  # needs a module of the network
    (target / "driver").mkdir(exist_ok=True)
    shutil.copy(HERE / "drivers/driver.go", target / "driver" / "main.go")


def _check_go(shop: Workshop) -> None:
    target = shop.folder / "openapi-generator-go"
    shop.run(shop.tool("go"), "build", "-o", shop.folder / "go-driver", "./driver", cwd=target)
    shop.run(shop.tool("go"), "vet", "./...", cwd=target)


def _make_fetch(shop: Workshop) -> None:
    names = "modelPropertyNaming=original,paramNaming=original"
    _openapi_generator(shop, "typescript-fetch", "--additional-properties", names)


# ---- TypeScript ----------------------------------------------------------------------------------


def _compiled(source: str, build: str) -> Callable[[Workshop], Any]:
    return lambda shop: shop.run(shop.node("tsc"), *_TSC, *_TS, "--outDir", build, source)


def _driven(kind: str, build: str) -> Callable[[Workshop], Sequence[str | Path]]:
    def command(shop: Workshop) -> Sequence[str | Path]:
        driver = shop.folder / "driver.cjs"  # finds packages beside it
        shutil.copy(HERE / "drivers/driver.cjs", driver)
        return ("node", driver, kind, shop.folder / build, shop.operations)

    return command


def _make_types(shop: Workshop) -> None:
    shop.run(shop.node("openapi-typescript"), shop.contract, "-o", "schema.d.ts")
    shutil.copy(HERE / "openapi-fetch-check.ts", shop.folder / "openapi-fetch-check.ts")


# ---- Python --------------------------------------------------------------------------------------


def _make_models(shop: Workshop) -> None:
    options = (
        *("--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"),
        *("--openapi-scopes", "schemas", "paths", "--use-operation-id-as-name"),
        *("--target-python-version", "3.11", "--formatters", "builtin", "--disable-timestamp"),
        "--use-annotated",
    )
    command = (shop.tool("datamodel-codegen"), "--input", shop.contract)
    shop.run(*command, "--output", "rtc_models.py", *options)


def _make_client(shop: Workshop) -> None:
    command = (shop.tool("openapi-python-client"), "generate", "--path", shop.contract)
    shop.run(*command, "--meta", "none", "--output-path", "rtc_client", "--overwrite")


TOOLS = (
    Tool(
        "openapi-generator-python",
        "openapi-generator, python",
        "Python",
        _python_version("openapi-generator-cli"),
        lambda shop: _openapi_generator(shop, "python"),
        lambda shop: _mypy(shop, "openapi-generator-python/openapi_client"),
        "mypy",
        lambda shop: (
            sys.executable,
            HERE / "drivers/openapi_generator_python.py",
            shop.folder / "openapi-generator-python",
            "openapi_client",
        ),
    ),
    Tool(
        "openapi-generator-java",
        "openapi-generator, java (native)",
        "Java",
        _python_version("openapi-generator-cli"),
        _make_java,
        _check_java,
        "javac",
        _drive_java,
    ),
    Tool(
        "openapi-generator-go",
        "openapi-generator, go",
        "Go",
        _python_version("openapi-generator-cli"),
        _make_go,
        _check_go,
        "go build, go vet",
        lambda shop: (shop.folder / "go-driver", shop.operations),
    ),
    Tool(
        "openapi-generator-typescript-fetch",
        "openapi-generator, typescript-fetch",
        "TypeScript",
        _python_version("openapi-generator-cli"),
        _make_fetch,
        _compiled("openapi-generator-typescript-fetch/index.ts", "build/fetch"),
        "tsc --strict",
        _driven("fetch", "build/fetch"),
    ),
    Tool(
        "openapi-python-client",
        "openapi-python-client",
        "Python",
        _python_version("openapi-python-client"),
        _make_client,
        lambda shop: _mypy(shop, "rtc_client"),
        "mypy",
        lambda shop: (sys.executable, _EXAMPLE, shop.folder / "rtc_client"),
    ),
    Tool(
        "datamodel-code-generator",
        "datamodel-code-generator, pydantic 2",
        "Python",
        _python_version("datamodel-code-generator"),
        _make_models,
        lambda shop: _mypy(shop, "rtc_models.py", "--strict"),
        "mypy --strict",
        lambda shop: (
            sys.executable,
            HERE / "drivers/models.py",
            shop.folder,
            "rtc_models",
            shop.operations,
        ),
    ),
    Tool(
        "openapi-typescript",
        "openapi-typescript with openapi-fetch",
        "TypeScript",
        _npm_version("openapi-typescript"),
        _make_types,
        _compiled("openapi-fetch-check.ts", "build/types"),
        "tsc --strict",
        _driven("openapi", "build/types"),
    ),
    Tool(
        "hey-api",
        "@hey-api/openapi-ts",
        "TypeScript",
        _npm_version("@hey-api/openapi-ts"),
        lambda shop: shop.run(
            shop.node("openapi-ts"), "-i", shop.contract, "-o", "hey", "-c", "@hey-api/client-fetch"
        ),
        _compiled("hey/index.ts", "build/hey"),
        "tsc --strict",
        _driven("hey", "build/hey"),
    ),
    Tool(
        "orval",
        "orval, fetch",
        "TypeScript",
        _npm_version("orval"),
        lambda shop: shop.run(
            shop.node("orval"), "--input", shop.contract, "--output", "orval/index.ts",
            "--client", "fetch",
        ),
        _compiled("orval/index.ts", "build/orval"),
        "tsc --strict",
        _driven("orval", "build/orval"),
    ),
)  # fmt: skip
