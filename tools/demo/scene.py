"""The scene: mailboxes that are connected, a sequence, and the candidates of the CSV file."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tools.demo.story import DAY, Story
from tools.stack.processes import ROOT


def connect(story: Story, address: str, name: str) -> str:
    """Add a mailbox and let its owner consent."""
    mailbox = story.post("/mailboxes", {"kind": "gmail", "address": address, "display_name": name})
    httpx.get(mailbox["authorize_url"], follow_redirects=True, timeout=30).raise_for_status()
    state = story.get(f"/mailboxes/{mailbox['id']}")["state"]
    story.claim(f"{name}'s mailbox is connected by OAuth", state == "connected")
    return str(mailbox["id"])


def write_sequence(story: Story, mailbox: str, name: str) -> dict[str, Any]:
    """Write four steps with all four kinds of timing."""
    week = ["mon", "tue", "wed", "thu", "fri"]
    window = {"days": week, "start": "00:00", "end": "24:00"}
    schedule = story.post(
        "/schedules",
        {
            "name": "Weekdays",
            "zone": "Europe/Lisbon",
            "zone_source": "schedule",
            "windows": [window],
        },
    )
    return story.post(
        "/sequences",
        {
            "name": name,
            "sender": {"mailbox_id": mailbox},
            "schedule_id": schedule["id"],
            "steps": _steps(),
        },
    )


def _steps() -> list[dict[str, Any]]:
    """Write one step with each kind of timing."""
    at = (datetime.now(UTC) + timedelta(days=14)).strftime("%Y-%m-%dT09:00:00")
    hello = "<p>Hello {{ candidate.first_name | default: 'there' }},</p>"
    return [
        {
            "subject": "A {{ candidate.fields.role }} role for you",
            "body": f"{hello}<p>We look for a {{{{ candidate.fields.role }}}}.</p>",
            "timing": {"kind": "instant"},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>Did you see my mail?</p>",
            "timing": {"kind": "next_business_day", "time": "09:00"},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>Shall we talk this week?</p>",
            "timing": {"kind": "later", "seconds": 3 * DAY},
        },
        {
            "thread": "reply",
            "body": f"{hello}<p>My last mail, I promise.</p>",
            "timing": {"kind": "at", "at": at, "zone": "Europe/Lisbon"},
        },
    ]


def enroll_all(story: Story, sequence: str, boxes: list[str]) -> dict[str, str]:
    """Enroll the CSV's candidates in one call; gives external id to enrollment id."""
    with (ROOT / "examples" / "candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = [
        {
            "candidate": {
                "external_id": row["external_id"],
                "first_name": row["first_name"],
                "last_name": row["last_name"],
                "emails": [{"address": row["email"]}] if row["email"] else [],
                "zone": row["zone"],
                "fields": {"role": row["role"]},
            },
            "sender": {"mailbox_id": boxes[n % len(boxes)]},
        }
        for n, row in enumerate(rows)
    ]
    job = story.post(f"/sequences/{sequence}/enrollments:bulk", {"items": items})
    results = story.get(f"/jobs/{job['id']}")["results"]["data"]
    ids = [one["enrollment_id"] for one in results]
    return {row["external_id"]: one for row, one in zip(rows, ids, strict=True) if one}
