"""How mail systems write when they cannot deliver: (name, head, text, what it is).

Written by us after the formats that Postfix, Exim, qmail, Sendmail, Courier, Exchange, Gmail and
the like use; the addresses and hosts are invented.
"""

from dataclasses import dataclass

OURS = "<20260102.our-own@recruiters.example>"


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail system's notice, and how it is to be read."""

    name: str
    head: str
    body: str
    kind: str
    status: str | None = None
    recipient: str | None = "jo@gone.example"


COPY = f"""
------ This is a copy of the message, including all the headers. ------

Return-path: <ana@recruiters.example>
From: Ana <ana@recruiters.example>
To: jo@gone.example
Subject: A role
Message-ID: {OURS}
"""

_DAEMON = "From: Mail Delivery System <Mailer-Daemon@mx.example>\nReturn-Path: <>\n"

NOTICES: tuple[Notice, ...] = (
    Notice(
        "exim, unrouteable",
        _DAEMON + "Subject: Mail delivery failed: returning message to sender\n"
        "X-Failed-Recipients: jo@gone.example\nAuto-Submitted: auto-replied\n",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  jo@gone.example\n    Unrouteable address\n" + COPY,
        "hard_bounce",
    ),
    Notice(
        "exim, remote says unknown",
        _DAEMON + "Subject: Mail delivery failed: returning message to sender\n"
        "X-Failed-Recipients: jo@gone.example\n",
        "The following address(es) failed:\n\n  jo@gone.example\n"
        "    host mx.gone.example [192.0.2.1]\n"
        "    SMTP error from remote mail server after RCPT TO:<jo@gone.example>:\n"
        "    550 No such person at this address\n" + COPY,
        "hard_bounce",
    ),
    Notice(
        "exim, retry timeout",
        _DAEMON + "Subject: Mail delivery failed: returning message to sender\n",
        "A message that you sent could not be delivered to one or more of its recipients.\n"
        "The following address(es) failed:\n\n  jo@gone.example\n"
        "    retry timeout exceeded\n" + COPY,
        "soft_bounce",
    ),
    Notice(
        "exim, still trying",
        _DAEMON + "Subject: Warning: message 1abc delayed 24 hours\n",
        "This message was created automatically by mail delivery software.\n"
        "A message that you sent has not yet been delivered to one or more of its\n"
        "recipients after more than 24 hours on the queue on mx.example.\n\n"
        "The address to which the message has not yet been delivered is:\n\n  jo@gone.example\n\n"
        "No action is required on your part. Delivery attempts will continue for some time.\n",
        "soft_bounce",
    ),
    Notice(
        "qmail, no mailbox",
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\n",
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<jo@gone.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: {OURS}\n",
        "hard_bounce",
        "5.1.1",
    ),
    Notice(
        "qmail, no such host",
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\n",
        "Hi. This is the qmail-send program at mx.example.\n\n<jo@gone.example>:\n"
        "Sorry, I couldn't find any host named gone.example. (#5.1.2)\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: {OURS}\n",
        "hard_bounce",
        "5.1.2",
    ),
    Notice(
        "qmail, remote full",
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\n",
        "Hi. This is the qmail-send program.\n\n<jo@gone.example>:\n192.0.2.1 does not like recipient.\n"
        "Remote host said: 552 5.2.2 The email account that you tried to reach is over quota.\n"
        f"Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: {OURS}\n",
        "soft_bounce",
        "5.2.2",
    ),
    Notice(
        "sendmail, user unknown",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\n"
        "Subject: Returned mail: see transcript for details\n",
        "The original message was received at Fri, 2 Jan 2026 10:00:00 GMT\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<jo@gone.example>\n"
        "    (reason: 550 5.1.1 <jo@gone.example>... User unknown)\n\n"
        "   ----- Transcript of session follows -----\n"
        "... while talking to mx.gone.example.:\n>>> DATA\n"
        "<<< 550 5.1.1 <jo@gone.example>... User unknown\n",
        "hard_bounce",
        "5.1.1",
    ),
    Notice(
        "postfix, blocked by a list",
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender\n",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your "
        "message could not\nbe delivered to one or more recipients.\n\n"
        "<jo@gone.example>: host mx.gone.example[192.0.2.1] said: 554 5.7.1 Service\n"
        "    unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org (in reply to\n"
        "    RCPT TO command)\n",
        "sender_blocked",
        "5.7.1",
    ),
    Notice(
        "postfix, domain not found",
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender\n",
        "This is the mail system at host mx.example.\n\n<jo@gone.example>: Host or domain name not "
        "found. Name service error for name=gone.example\n    type=AAAA: Host not found\n",
        "hard_bounce",
    ),
    Notice(
        "postfix, timed out",
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender\n",
        "<jo@gone.example>: connect to mx.gone.example[192.0.2.1]:25: Connection timed out\n",
        "soft_bounce",
    ),
    Notice(
        "gmail, not found",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\n"
        "Subject: Delivery Status Notification (Failure)\nX-Failed-Recipients: jo@gone.example\n",
        "** Address not found **\n\nYour message wasn't delivered to jo@gone.example because the "
        "address couldn't be found, or is unable to receive mail.\n\nThe response from the remote "
        "server was:\n550 5.1.1 The email account that you tried to reach does not exist.\n",
        "hard_bounce",
        "5.1.1",
    ),
    Notice(
        "gmail, incomplete",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\n"
        "Subject: Delivery Status Notification (Delay)\nX-Failed-Recipients: jo@gone.example\n",
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to "
        "jo@gone.example. Gmail will retry for 46 more hours. You'll be notified if the delivery "
        "fails permanently.\n",
        "soft_bounce",
    ),
    Notice(
        "exchange online, not found",
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@gone.example>\n"
        "Subject: Undeliverable: A role\nReturn-Path: <>\n",
        "Your message to jo@gone.example couldn't be delivered.\n\njo wasn't found at gone.example.\n\n"
        "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by "
        "SMTP address lookup'\n",
        "hard_bounce",
        "5.1.10",
    ),
    Notice(
        "exchange online, access denied",
        "From: postmaster@outlook.com\nSubject: Undeliverable: A role\nReturn-Path: <>\n",
        "jo@gone.example\nRemote Server returned '550 5.4.1 Recipient address rejected: Access "
        "denied. AS(201806281)'\n",
        "hard_bounce",
        "5.4.1",
    ),
    Notice(
        "exchange, restricted",
        "From: postmaster@gone.example\nSubject: Undeliverable: A role\nReturn-Path: <>\n",
        "jo@gone.example\nRemote Server returned '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; "
        "authentication required; Delivery restriction check failed because the sender was not "
        "authenticated when sending to this group'\n",
        "sender_blocked",
        "5.7.133",
    ),
    Notice(
        "exchange 2003",
        "From: System Administrator <postmaster@gone.example>\nSubject: Undeliverable: A role\n",
        "Your message\n\n  To:      jo@gone.example\n  Subject: A role\n\n"
        "did not reach the following recipient(s):\n\njo@gone.example on Fri, 2 Jan 2026 10:00:00\n"
        "    The e-mail account does not exist at the organization this message was sent to.\n"
        "    <gone.example #5.1.1>\n",
        "hard_bounce",
        "5.1.1",
    ),
    Notice(
        "domino",
        "From: Postmaster@gone.example\nSubject: DELIVERY FAILURE: User jo (jo@gone.example) not "
        "listed in Domino Directory\n",
        "Your message\n\n  Subject: A role\n\nwas not delivered to:\n\n  jo@gone.example\n\nbecause:\n\n"
        "  User jo (jo@gone.example) not listed in Domino Directory\n",
        "hard_bounce",
    ),
    Notice(
        "yahoo",
        "From: MAILER-DAEMON@yahoo.com\nSubject: Failure Notice\n",
        "Sorry, we were unable to deliver your message to the following address.\n\n"
        "<jo@gone.example>:\n554: delivery error: dd This user doesn't have a yahoo.com account "
        "(jo@gone.example) [0]\n",
        "hard_bounce",
    ),
    Notice(
        "yahoo, deferred for complaints",
        "From: MAILER-DAEMON@yahoo.com\nSubject: Failure Notice\n",
        "<jo@gone.example>:\nRemote host said: 421 4.7.0 [TS01] Messages from 192.0.2.9 temporarily "
        "deferred due to user complaints - 4.16.55.1; see https://postmaster.yahooinc.com\n",
        "sender_blocked",
        "4.7.0",
    ),
    Notice(
        "german host",
        "From: GMX Mailer Daemon <mailer-daemon@gmx.example>\nSubject: Mail delivery failed\n",
        "Die folgende Adresse konnte nicht erreicht werden:\n\njo@gone.example:\n"
        "550 Benutzer unbekannt\n",
        "hard_bounce",
    ),
    Notice(
        "french host, full",
        "From: postmaster@gone.example\nReturn-Path: <>\nSubject: Message non remis\n",
        "Le message n'a pas pu être remis à <jo@gone.example> : 552 La boîte aux lettres est pleine\n",
        "soft_bounce",
    ),
    Notice(
        "japanese carrier",
        "From: Mail Administrator <Postmaster@gone.example>\nSubject: Mail System Error - Returned Mail\n",
        "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n<jo@gone.example>: 550 Unknown user jo@gone.example\n",
        "hard_bounce",
    ),
    Notice(
        "too large",
        "From: MAILER-DAEMON@mx.example\nSubject: Returned mail\n",
        "<jo@gone.example>: 552 5.3.4 Message size exceeds fixed maximum message size\n",
        "soft_bounce",
        "5.3.4",
    ),
    Notice(
        "disabled",
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n",
        "<jo@gone.example>: host said: 550 5.2.1 The email account that you tried to reach is "
        "disabled.\n",
        "hard_bounce",
        "5.2.1",
    ),
    Notice(
        "dmarc",
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n",
        "<jo@gone.example>: host said: 550-5.7.26 Unauthenticated email from recruiters.example is "
        "not accepted due to domain's DMARC policy.\n",
        "sender_blocked",
        "5.7.26",
    ),
    Notice(
        "sender refused",
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n",
        "<jo@gone.example>: host said: 550 5.1.8 Sender address rejected: Domain not found\n",
        "sender_blocked",
        "5.1.8",
    ),
)


def report(status: str, diagnostic: str, action: str = "failed", number: int = 1) -> bytes:
    """Write a report as RFC 3464 has it."""
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: ana@recruiters.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b{number}"

--b{number}
Content-Type: text/plain

This is the mail system. Your message could not be delivered.

--b{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Jo@Gone.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.gone.example
Diagnostic-Code: smtp; {diagnostic}

--b{number}
Content-Type: message/rfc822

From: Ana <ana@recruiters.example>
To: jo@gone.example
Subject: A role
Message-ID: {OURS}

Hello Jo
--b{number}--
""".encode()


REPORTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "5.1.1",
        "550 5.1.1 <jo@gone.example>: Recipient address rejected: User unknown",
        "failed",
        "hard_bounce",
    ),
    ("5.0.0", "550 Mailbox does not exist", "failed", "hard_bounce"),
    ("5.7.1", "550 5.7.1 <jo@gone.example>... No such user here", "failed", "hard_bounce"),
    ("5.4.4", "Host not found", "failed", "hard_bounce"),
    ("5.2.2", "552 5.2.2 Over quota", "failed", "soft_bounce"),
    ("5.1.1", "550 5.1.1 Mailbox full", "failed", "soft_bounce"),
    ("4.4.1", "connect to mx.gone.example: Connection refused", "failed", "soft_bounce"),
    ("4.4.7", "Delivery time expired", "failed", "soft_bounce"),
    ("5.4.0", "Unable to reach host", "delayed", "soft_bounce"),
    (
        "5.7.1",
        "554 5.7.1 The message was blocked: your IP is listed by a blocklist",
        "failed",
        "sender_blocked",
    ),
    ("5.7.1", "550 5.7.1 Message contains spam", "failed", "sender_blocked"),
    (
        "5.7.509",
        "550 5.7.509 Access denied, sending domain does not pass DMARC verification",
        "failed",
        "sender_blocked",
    ),
    ("2.0.0", "250 2.0.0 Ok", "delivered", "receipt"),
    ("2.0.0", "250 relayed", "relayed", "receipt"),
)
