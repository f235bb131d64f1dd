"""`python -m tools.demo`: starts a stack of its own and tells the story."""

import json
import os
import sys
import time
from pathlib import Path

from tools.demo.chapters import tell
from tools.demo.story import Story
from tools.stack.stack import Stack


def main() -> int:
    """Status 0 only if every claim that was printed holds."""
    home = Path(os.environ.get("REPRISE_HOME", "var/demo"))
    with Stack(home, say=lambda text: print(text, flush=True)) as stack:
        story = Story(stack.state)
        tell(story)
        if os.environ.get("KEEP"):
            print(json.dumps(stack.state, indent=2), "\nThe stack keeps running; Ctrl-C stops it.")
            _wait_for_ctrl_c()
    print(f"\n{story.wrong} claims were wrong." if story.wrong else "\nEvery claim was checked.")
    return 1 if story.wrong else 0


def _wait_for_ctrl_c() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
