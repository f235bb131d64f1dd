"""Mail servers as callers give them: checked, tried, and refused whole where one does not work."""

from ipaddress import ip_address

from api.problems import ApiError
from api.shapes.mailboxes import MailServerIn
from domain.access import Server, SmtpAccess, Tls
from providers.mail_setup import Fault, faults_of
from providers.smtp import Line


def access_of(
    kind: str, smtp: MailServerIn | None, imap: MailServerIn | None, line: Line
) -> SmtpAccess | None:
    """Read the servers of an smtp mailbox and log in at each; None for the other kinds."""
    if kind != "smtp":
        if smtp is not None or imap is not None:
            detail = "Only a mailbox of kind smtp has servers; leave smtp and imap away."
            raise ApiError(422, "mailbox.servers_not_wanted", detail)
        return None
    if smtp is None:
        raise ApiError(422, "mailbox.smtp_missing", "Give the server that it sends by, as smtp.")
    access = SmtpAccess(
        smtp=_server("smtp", smtp), imap=None if imap is None else _server("imap", imap)
    )
    check_servers(access, line)
    return access


def check_servers(access: SmtpAccess | None, line: Line) -> None:
    """Log in at each server; raises a 422 that names what is wrong and what to do."""
    if access is None:
        raise ApiError(422, "mailbox.smtp_missing", "Give the servers of the mailbox again.")
    faults = faults_of(access, line)
    if faults:
        raise ApiError(
            422,
            f"{faults[0].server}.{faults[0].trouble.code}",
            " ".join(f"{one.server.upper()}: {one.trouble.detail}" for one in faults),
            errors=[_shown(one) for one in faults],
        )


def _shown(fault: Fault) -> dict[str, str]:
    return {
        "pointer": f"/{fault.server}/{fault.trouble.field}",
        "code": f"{fault.server}.{fault.trouble.code}",
        "detail": fault.trouble.detail,
    }


def _server(name: str, given: MailServerIn) -> Server:
    if given.tls is Tls.NONE and not _is_loopback(given.host):
        detail = "Without TLS the password would be readable: set tls to starttls or tls."
        raise ApiError(
            422,
            f"{name}.tls_needed",
            detail,
            errors=[{"pointer": f"/{name}/tls", "code": f"{name}.tls_needed", "detail": detail}],
        )
    return Server(
        host=given.host,
        port=given.port,
        tls=given.tls,
        username=given.username,
        password=given.password,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
