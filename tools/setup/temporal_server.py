"""Finds a Temporal server that is new enough, or builds one; `python -m` prints its path.

In this order: REPRISE_TEMPORAL_CLI, a `temporal` on the PATH, the one in the user's cache folder,
the SDK's own download, a build from the Go module registry (tools/temporal/go.mod).
"""

import asyncio
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NEEDED = (1, 32)  #: Time skipping came with server 1.32.
BUILT = "1.32.1"  #: The server that tools/temporal/go.mod builds.
_VERSION = re.compile(r"Server (\d+)\.(\d+)")
_RECIPE = Path(__file__).parent.parent / "temporal"

Say = Callable[[str], None]


class NoTemporal(Exception):
    """No server could be found or built; the text says what to do."""


def find_or_build(say: Say = lambda text: None) -> Path:
    """Give the path of a Temporal CLI with a server that is new enough."""
    given = os.environ.get("REPRISE_TEMPORAL_CLI")
    if given:
        return _checked(Path(given))
    on_path = shutil.which("temporal")
    if on_path and is_new_enough(version_of(Path(on_path))):
        return Path(on_path)
    cached = cache_folder() / "temporal"
    if cached.exists() and is_new_enough(version_of(cached)):
        return cached
    return _download(say) or _build(cached, say)


def cache_folder() -> Path:
    """Give the folder in which a built server is kept over all checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "reprise" / f"temporal-{BUILT}"


def version_of(cli: Path) -> str:
    """Ask a CLI for its version; a broken one has none."""
    try:
        run = subprocess.run(
            [cli, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError:
        return ""
    return run.stdout


def is_new_enough(version: str) -> bool:
    """Say whether a version text names a server that can skip time."""
    found = _VERSION.search(version)
    return found is not None and (int(found.group(1)), int(found.group(2))) >= NEEDED


def _checked(cli: Path) -> Path:
    if is_new_enough(version_of(cli)):
        return cli
    raise NoTemporal(
        f"REPRISE_TEMPORAL_CLI is {cli}, which is no Temporal CLI with server"
        f" {NEEDED[0]}.{NEEDED[1]} or newer. Unset it or name another."
    )


def _download(say: Say) -> Path | None:
    """Let the SDK download its CLI, where the machine may; it is used only if new enough."""
    if os.environ.get("CI") or os.environ.get("REPRISE_NO_DOWNLOAD"):
        return None
    say("Looking whether the Temporal SDK can download a server ...")
    try:
        path = asyncio.run(asyncio.wait_for(_sdk_download(), 60))
    except Exception:  # Whatever stops the download, the build is the way on.
        return None
    return path if path is not None and is_new_enough(version_of(path)) else None


async def _sdk_download() -> Path | None:
    from temporalio.testing import WorkflowEnvironment

    folder = cache_folder().parent / "sdk"
    folder.mkdir(parents=True, exist_ok=True)
    environment = await WorkflowEnvironment.start_local(download_dest_dir=str(folder))
    await environment.shutdown()
    return next(iter(sorted(folder.glob("temporal*"))), None)


def _build(target: Path, say: Say) -> Path:
    """Build from the Go module registry: about four minutes on two cores, once per user."""
    if shutil.which("go") is None:
        raise NoTemporal(
            "There is no Temporal server here and none could be downloaded. Install the Temporal"
            " CLI (server 1.32 or newer), or Go 1.26.8 or newer, and run this again."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two builds at once would each take twice as long.
        if target.exists():
            return target
        say("Building the Temporal server from Go modules (about 4 minutes, once) ...")
        fresh = target.with_suffix(".new")
        command = ["go", "build", "-ldflags", "-s -w", "-o", str(fresh)]
        run = subprocess.run(
            [*command, "github.com/temporalio/cli/cmd/temporal"], cwd=_RECIPE, check=False
        )
        if run.returncode != 0:
            raise NoTemporal("The Temporal server could not be built; Go's own words stand above.")
        fresh.rename(target)
    return target


def main() -> int:
    """Print the path."""
    try:
        print(find_or_build(lambda text: print(text, file=sys.stderr, flush=True)))
    except NoTemporal as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
