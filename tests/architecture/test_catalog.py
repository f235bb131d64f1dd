"""The catalog is complete, and the README agrees with the code."""

from pathlib import Path

import pytest

from domain.catalog import CATALOG, Source, find
from domain.codes import ReasonCode
from domain.status import status_for
from settings import table
from tests.written import DOCS, PAGES

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")


def test_every_code_has_a_row_and_there_are_77() -> None:
    assert set(CATALOG) == set(ReasonCode)
    assert len(CATALOG) == 77
    assert sorted(row.number for row in CATALOG.values()) == list(range(1, 78))


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_row_says_cause_remedy_and_who(code: ReasonCode) -> None:
    row = CATALOG[code]

    assert row.label[0].isupper()
    assert len(row.label) <= 40
    for sentence in (row.cause, row.remedy, row.resumes):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert row.who
    assert status_for(code)


# Every name that the source documents give a reason, read from the documents themselves.
NAMES = {
    Source.REPLY: {
        "Sequence started (manual/auto)": ReasonCode.ACTIVE,
        "Sequence paused": ReasonCode.SEQUENCE_DEACTIVATED,
        "No prospects in sequence": ReasonCode.NO_PROSPECTS,
        "Email account block": ReasonCode.MAILBOX_BLOCKED,
        "Email account error": ReasonCode.MAILBOX_ERROR,
        "Email account detection failed": ReasonCode.DETECTION_FAILED,
        "Email account disconnected": ReasonCode.MAILBOX_DISCONNECTED,
        "Processing error: Max emails per account": ReasonCode.MAILBOX_DAILY_LIMIT,
        "Processing error: Max unique contacts per month": ReasonCode.MONTHLY_CONTACT_LIMIT,
        "No email account connected": ReasonCode.NO_SENDER,
        "LinkedIn limit reached": ReasonCode.LINKEDIN_DAILY_LIMIT,
        "InMail step error": ReasonCode.INMAIL_STEP_FAILED,
        "Like recent posts error": ReasonCode.LIKE_RECENT_POSTS_FAILED,
        "Follow profile error": ReasonCode.FOLLOW_NOT_ALLOWED,
        "Connect step already sent": ReasonCode.WAITING_TO_CONNECT,
        "Connect step with note error": ReasonCode.CONNECT_NOTE_NOT_ALLOWED,
        "Connect step error": ReasonCode.CONNECT_NOT_ALLOWED,
        "Endorse skills step error": ReasonCode.NO_SKILLS_TO_ENDORSE,
        "Revoked connection request error": ReasonCode.CONNECTION_WITHDRAWN,
        "The email account is linked to the sequence": ReasonCode.NO_SENDER,
        "The email account is set up correctly": ReasonCode.MAILBOX_ERROR,
        "All prospects are active in the sequence": ReasonCode.NO_PROSPECTS,
        "The LinkedIn account is linked to the sequence": ReasonCode.LINKEDIN_ACCOUNT_MISSING,
        "The selected schedule is valid": ReasonCode.SCHEDULE_INVALID,
        "The follow-up schedule is valid": ReasonCode.FOLLOWUP_SCHEDULE_INVALID,
    },
    Source.HUBSPOT: {
        "Rate Limit Reached": ReasonCode.PROVIDER_QUOTA_EXCEEDED,
        "Send Failure": ReasonCode.SENDING_FAILED,
        "Permanent fail": ReasonCode.PERMANENT_FAIL,
        "Unsubscribed": ReasonCode.UNSUBSCRIBED,
        "Your email bounced": ReasonCode.BOUNCED,
        "Inbox Disconnected": ReasonCode.MAILBOX_DISCONNECTED,
        "Invalid Email": ReasonCode.INVALID_CONTACT_EMAIL,
        "Gmail Send Error": ReasonCode.FIRST_STEP_SEND_FAILED,
        "General Error": ReasonCode.SYSTEM_ERROR,
    },
    Source.ENGINY: {
        "Scheduled": ReasonCode.SCHEDULED,
        "Identity limits": ReasonCode.LINKEDIN_DAILY_LIMIT,
        "Waiting to connect": ReasonCode.WAITING_TO_CONNECT,
        "Monthly conversation limit": ReasonCode.MONTHLY_CONVERSATION_LIMIT,
        "Connection withdrawn": ReasonCode.CONNECTION_WITHDRAWN,
        "Outside working hours": ReasonCode.OUTSIDE_WORKING_HOURS,
        "Missing email": ReasonCode.SENDER_REMOVED,
        "Email disconnected": ReasonCode.MAILBOX_DISCONNECTED,
        "LinkedIn disconnected": ReasonCode.LINKEDIN_DISCONNECTED,
        "System error": ReasonCode.SYSTEM_ERROR,
        "InMail credits limit": ReasonCode.INMAIL_CREDITS_EXHAUSTED,
        "Missing subject": ReasonCode.MISSING_INMAIL_SUBJECT,
        "Invalid identity email": ReasonCode.INVALID_SENDER_ADDRESS,
        "Missing contact email": ReasonCode.MISSING_CONTACT_EMAIL,
        "Lead not scraped": ReasonCode.LEAD_NOT_SCRAPED,
        "Identity misconfiguration": ReasonCode.IDENTITY_MISCONFIGURED,
        "Missing email subject": ReasonCode.MISSING_EMAIL_SUBJECT,
        "Missing InMail subject": ReasonCode.MISSING_INMAIL_SUBJECT,
        "Missing InMail message": ReasonCode.MISSING_INMAIL_MESSAGE,
        "Missing LinkedIn message": ReasonCode.MISSING_LINKEDIN_MESSAGE,
        "Empty message": ReasonCode.EMPTY_MESSAGE,
        "Missing CRM ID": ReasonCode.MISSING_CRM_ID,
        "Missing owner ID": ReasonCode.MISSING_OWNER_ID,
        "Missing campaign prompt": ReasonCode.MISSING_PROMPT,
        "Invalid LinkedIn ID": ReasonCode.LINKEDIN_ID_INVALID,
        "Message too long": ReasonCode.MESSAGE_TOO_LONG,
        "InMail message too long": ReasonCode.INMAIL_MESSAGE_TOO_LONG,
        "LinkedIn URL not found": ReasonCode.LINKEDIN_URL_MISSING,
        "Deleted": ReasonCode.DELETED,
        "Blocked": ReasonCode.BLOCKED,
        "Out of office": ReasonCode.OUT_OF_OFFICE,
        "Bounced": ReasonCode.BOUNCED,
        "No response": ReasonCode.NO_RESPONSE,
        "Not connected": ReasonCode.NOT_CONNECTED,
        "Paused": ReasonCode.MANUAL,
        "Replied": ReasonCode.REPLIED,
    },
    Source.METAVIEW: {
        "Incomplete": ReasonCode.INCOMPLETE,
        "Missing sequence name": ReasonCode.INCOMPLETE,
        "No steps configured": ReasonCode.INCOMPLETE,
        'First email step not set to "New Thread"': ReasonCode.INCOMPLETE,
        "Missing subject": ReasonCode.MISSING_EMAIL_SUBJECT,
        "Missing body": ReasonCode.EMPTY_MESSAGE,
        "No connected email sender": ReasonCode.NO_SENDER,
        "Staggered by ~3 seconds": ReasonCode.BULK_STAGGER,
        "Inactive/deactivated sequence": ReasonCode.SEQUENCE_INACTIVE,
        "Deactivate a sequence mid-run": ReasonCode.SEQUENCE_DEACTIVATED,
        "reply to an email": ReasonCode.REPLIED,
        "interview session is detected": ReasonCode.INTERVIEW_SESSION_DETECTED,
        "Calendly event is scheduled": ReasonCode.CALENDLY_EVENT_SCHEDULED,
        "ATS interview is found": ReasonCode.ATS_INTERVIEW_FOUND,
        "Next Business Day": ReasonCode.SCHEDULED,
        "concurrency cap of 50 emails in parallel": ReasonCode.CONCURRENCY_CAP,
        "auto-pause on send failures": ReasonCode.AUTO_PAUSED_SEND_FAILURE,
        "manual email steps": ReasonCode.AWAITING_MANUAL_ACTION,
        "auto-skip timer": ReasonCode.SKIPPED_AUTO,
        "candidates enter live or paused": ReasonCode.ADDED_PAUSED,
        "enrichment": ReasonCode.ENRICHING,
    },
    Source.OVERLOOP: {
        "Email account has been disconnected": ReasonCode.SENDER_REMOVED,
        "Email account has been put in error": ReasonCode.MAILBOX_ERROR,
        "Owner has no sending address": ReasonCode.NO_SENDER,
        "Contact has no email address": ReasonCode.MISSING_CONTACT_EMAIL,
        "No credits left": ReasonCode.CREDITS_EXHAUSTED,
        "Sending failed": ReasonCode.SENDING_FAILED,
        "Email has already bounced before": ReasonCode.PREVIOUSLY_BOUNCED,
        "Owner has no phone number": ReasonCode.OWNER_NO_PHONE,
    },
}


@pytest.mark.parametrize(
    ("source", "name", "code"),
    [(source, name, code) for source, names in NAMES.items() for name, code in names.items()],
)
def test_a_source_documents_name_finds_its_code(
    source: Source, name: str, code: ReasonCode
) -> None:
    assert code in {row.code for row in find(name)}
    assert any(
        alias.source is source and name.casefold() in alias.name.casefold()
        for alias in CATALOG[code].aliases
    )


@pytest.mark.parametrize("variable", [row[0] for row in table()])
def test_the_readme_names_every_setting(variable: str) -> None:
    assert f"`{variable}`" in README


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_that_of_the_code(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "Run `make codes`."
