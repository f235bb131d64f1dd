"""docker-compose.yml and Dockerfile stay true: images, roles and settings against the code."""

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.make_secrets import codec_token
from deploy.make_secrets import main as make_secrets
from records.vault import parse_keys
from relay.codec import endpoint_token
from settings import Settings, table
from tools.stack.temporal import ATTRIBUTES, DYNAMIC, RETENTION

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OURS = ("migrate", "api", "worker")
KNOWN = {row[0] for row in table()}

each = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


@each
def test_every_image_has_an_exact_tag(name: str) -> None:
    image = SERVICES[name]["image"]

    assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?", image), image
    assert "auto-setup" not in image


def test_the_server_is_the_one_that_we_build() -> None:
    module = (ROOT / "tools" / "temporal" / "go.mod").read_text("utf-8")
    version = re.search(r"go\.temporal\.io/server v([\d.]+)", module)

    assert version is not None
    images = {s["image"] for s in SERVICES.values() if s["image"].startswith("temporalio/")}
    assert {f"temporalio/{i}:{version[1]}" for i in ("server", "admin-tools")} <= images


@each
def test_what_it_waits_for_exists_and_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"].startswith("on-failure")


@each
def test_ports_are_open_on_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@each_of_ours
def test_each_role_is_a_module_that_the_image_has(name: str) -> None:
    command = SERVICES[name]["command"]
    target = command[2].replace(".", "/") if command[1] == "-m" else command[1].removesuffix(".py")

    assert any((ROOT / f).exists() for f in (f"{target}.py", f"{target}/__main__.py"))
    assert re.search(rf"^COPY .*\b{target.split('/')[0]}\b", DOCKERFILE, re.M)


@each_of_ours
def test_each_role_is_told_all_that_it_needs(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_tree(tmp_path)
    for variable, value in SERVICES[name]["environment"].items():
        assert {variable, variable.removesuffix("_FILE")} & KNOWN
        told = re.sub(r"\$\{\w+:-(.*)\}", r"\1", re.sub(r"\$\{\w+:\?.*\}", "given", str(value)))
        secrets = str(tmp_path / "deploy" / "secrets")
        monkeypatch.setenv(variable, told.replace("/run/secrets", secrets))

    settings = Settings()

    assert settings.faults() == []
    assert "@postgres:5432/reprise" in settings.database_url.get_secret_value()
    assert settings.temporal_address == "temporal:7233"


def test_every_secret_that_is_used_is_made(tmp_path: Path) -> None:
    make_tree(tmp_path)

    files = {one["file"].rpartition("/")[2] for one in COMPOSE["secrets"].values()}
    made = {one.name for one in (tmp_path / "deploy" / "secrets").iterdir()}
    used = {one for service in SERVICES.values() for one in service.get("secrets", ())}
    assert files == made == used
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_secrets_that_exist_stay(tmp_path: Path) -> None:
    make_tree(tmp_path)
    before = (tmp_path / ".env").read_text()

    make_secrets(tmp_path)

    assert (tmp_path / ".env").read_text() == before


def test_temporals_pages_know_the_address_of_the_codec(tmp_path: Path) -> None:
    make_tree(tmp_path)
    keys = (tmp_path / "deploy" / "secrets" / "codec_key").read_text()

    assert codec_token(keys) == endpoint_token([(k.id, k.key) for k in parse_keys(keys)])
    endpoint = SERVICES["temporal-ui"]["environment"]["TEMPORAL_CODEC_ENDPOINT"]
    assert endpoint.startswith("http://127.0.0.1:8080/codec/${REPRISE_CODEC_TOKEN")


def test_the_namespace_is_set_up_as_in_the_local_stack() -> None:
    script = (ROOT / "deploy" / "temporal" / "namespace.sh").read_text("utf-8")

    assert re.findall(r"--retention (\w+)", script) == [RETENTION, RETENTION]
    for name in ATTRIBUTES:
        assert f"Reprise{name}" in script
    fairness = yaml.safe_load((ROOT / "deploy/temporal/dynamic-config.yaml").read_text("utf-8"))
    assert fairness["matching.enableFairness"] == [{"value": True}]
    assert "matching.enableFairness=true" in DYNAMIC


@pytest.mark.parametrize("script", ["schema.sh", "namespace.sh"])
def test_scripts_parse(script: str) -> None:
    subprocess.run(["sh", "-n", str(ROOT / "deploy" / "temporal" / script)], check=True)


def test_the_image_has_every_room_that_the_roles_import_and_no_other() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.M))
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line[0] == "!"
    }

    assert copied == {"domain", "workflows", "activities", "providers", "records", "relay", "api"}
    assert allowed == copied | {"settings.py", "worker.py", "requirements-runtime.lock"}
    assert "USER reprise" in DOCKERFILE


def test_the_images_packages_are_those_of_the_tests() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / name).read_text("utf-8"), re.M))

    assert pins("requirements-runtime.lock") < pins("requirements.lock")


def test_hooks_run_what_make_check_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tools = re.findall(
        r"\$\(BIN\)/(ruff check|ruff format --check|basedpyright|lint-imports)", makefile
    )

    hooks = [hook["entry"].removeprefix(".venv/bin/") for hook in config["repos"][0]["hooks"]]
    assert hooks == tools


def make_tree(root: Path) -> None:
    (root / "deploy").mkdir()
    make_secrets(root)
