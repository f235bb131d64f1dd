"""How mail systems wrap what a server answered: with a readable report, with one, with none."""

from textwrap import fill

OURS = "<20260102.our-own@recruiters.example>"

_RETURNED = f"""From: Ana <ana@recruiters.example>
To: jo@gone.example
Subject: Sender blocked: user unknown, mailbox full
Message-ID: {OURS}
Date: Fri, 2 Jan 2026 10:00:00 +0000
"""


def _mail(head: str, body: str) -> bytes:
    return f"{head}To: ana@recruiters.example\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode()


def _flat(said: str) -> str:
    return " ".join(said.split())


def _reported(status: str, said: str, notice: str, sender: str, subject: str) -> bytes:
    return f"""\
Return-Path: <>
From: {sender}
To: ana@recruiters.example
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

{notice}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Fri, 2 Jan 2026 10:00:00 +0000

Final-Recipient: rfc822; jo@gone.example
Original-Recipient: rfc822;jo@gone.example
Action: failed
Status: {status}
Remote-MTA: dns; mx.gone.example
Diagnostic-Code: smtp; {fill(_flat(said), 70, subsequent_indent="    ", break_long_words=False)}

--b
Content-Type: text/rfc822-headers

{_RETURNED}
--b--
""".encode()


_POSTFIX = """This is the mail system at host mx.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

{said}"""


def postfix(said: str) -> bytes:
    told = fill(
        f"<jo@gone.example>: host mx.gone.example[192.0.2.1] said: {_flat(said)}",
        72,
        subsequent_indent="    ",
    )
    return _reported(
        "5.0.0",
        said,
        _POSTFIX.format(said=told),
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
    )


def postfix_says_5_7_1(said: str) -> bytes:
    return _reported(
        "5.7.1",
        said,
        _POSTFIX.format(said=""),
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
    )


def postfix_without_a_report(said: str) -> bytes:
    told = fill(
        f"<jo@gone.example>: host mx.gone.example[192.0.2.1] said: {_flat(said)} (in reply to RCPT TO command)",
        72,
        subsequent_indent="    ",
    )
    head = "From: MAILER-DAEMON@mx.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"
    return _mail(head, _POSTFIX.format(said=told) + f"\n\n--- Original message ---\n{_RETURNED}")


def exim(said: str) -> bytes:
    lines = "\n".join(f"    {line}" for line in said.splitlines())
    head = (
        "Return-Path: <>\nX-Failed-Recipients: jo@gone.example\nAuto-Submitted: auto-replied\n"
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Mail delivery failed: returning message to sender\n"
    )
    return _mail(
        head,
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. "
        f"The following address(es) failed:\n\n  jo@gone.example\n    SMTP error from remote mail server after RCPT TO:<jo@gone.example>:\n{lines}\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{_RETURNED}\n\nHello\n",
    )


def qmail(said: str) -> bytes:
    head = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
    return _mail(
        head,
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<jo@gone.example>:\n192.0.2.1 failed after I sent the message.\nRemote host said: {said}\n\n--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <ana@recruiters.example>\n{_RETURNED}\n\nHello\n",
    )


def sendmail(said: str) -> bytes:
    head = "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nSubject: Returned mail: see transcript for details\nAuto-Submitted: auto-generated (failure)\n"
    lines = "\n".join(f"<<< {line}" for line in said.splitlines())
    return _mail(
        head,
        "The original message was received at Fri, 2 Jan 2026 10:00:00 GMT\nfrom mail.recruiters.example [192.0.2.9]\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<jo@gone.example>\n    (reason: {_flat(said)})\n\n"
        f"   ----- Transcript of session follows -----\n... while talking to mx.gone.example.:\n>>> RCPT To:<jo@gone.example>\n{lines}\n\n"
        f"   ----- Original message follows -----\n\n{_RETURNED}\n",
    )


def gmail(said: str) -> bytes:
    return _reported(
        "5.0.0",
        said,
        "** Message not delivered **\n\nYour message couldn't be delivered to jo@gone.example. See the technical details below.\n\n"
        f"The response from the remote server was:\n\n{said}\n",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
    )


def exchange_online(said: str) -> bytes:
    head = (
        "Return-Path: <>\nFrom: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@recruiters.example>\n"
        "Subject: Undeliverable: Sender blocked: user unknown, mailbox full\nIn-Reply-To: "
        + OURS
        + "\nAuto-Submitted: auto-replied\n"
    )
    return _mail(
        head,
        "Delivery has failed to these recipients or groups:\n\njo@gone.example<mailto:jo@gone.example>\nYour message wasn't delivered. Please contact the recipient by phone.\n\n"
        "For more information and tips to fix this issue see this article: https://go.example/fwlink/?LinkId=389361.\n\n\n\n"
        "Diagnostic information for administrators:\n\nGenerating server: DB7PR02MB5103.prod.example\n\njo@gone.example\n"
        f"Remote Server returned '{_flat(said)}'\n\nOriginal message headers:\n\nReceived: from AM6PR02MB (2603::1) by mx\n{_RETURNED}\n",
    )


def plain(said: str) -> bytes:
    head = "From: postmaster@mx.example\nSubject: Mail delivery failed\n"
    return _mail(head, f"Your message could not be delivered to jo@gone.example:\n\n{said}\n")


def in_html(said: str) -> bytes:
    head = "From: postmaster@mx.example\nSubject: Undeliverable: A role\nReturn-Path: <>\nTo: ana@recruiters.example\nContent-Type: text/html; charset=utf-8\n\n"
    told = said.replace("<", "&lt;").replace(">", "&gt;")
    return f"{head}<html><head><style>p {{ color: red }}</style></head><body><h2>Delivery failed</h2><p>Your message to <b>jo@gone.example</b> could not be delivered.</p><table><tr><td>The server said:</td><td>{told}</td></tr></table></body></html>".encode()


SYSTEMS = (
    postfix,
    postfix_says_5_7_1,
    postfix_without_a_report,
    exim,
    qmail,
    sendmail,
    gmail,
    exchange_online,
    plain,
    in_html,
)
