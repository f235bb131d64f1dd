"""Says whether a mail came back at all: what speaks for a mail system's notice, and what against."""

import re
from dataclasses import dataclass

from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import is_answer, is_by_person
from domain.inbound.reports import Block

_MACHINE = re.compile(
    r"(?i)mailer.?(?:daemon|damon)|\bpost.?master\b|\b(?:mail|smtp|mmdf|uucp)[-_.]?(?:daemon|gateway|router|system)\b|\bmdaemon@"
    r"|mail ?deliver\w*|delivery (?:sub)?system|mail ?(?:system|router|server)\b|\bmicrosoft ?exchange|exchange server"
    r"|undeliver|returned ?mail|mail administrator|system administrator"
)
_DAEMON = re.compile(r"(?i)mailer.?(?:daemon|damon)@")
_PERHAPS = re.compile(
    r"(?i)bounce|\broot@|\bmta-?\w*@|administra|message ?center|internet mail|failure|gateway|\bmailer|anti.?spam|\bmail@|\bautomail|mxsweep"
)
_SUBJECT = re.compile(
    r"(?i)undeliver|non.?deliver|not (?:be )?delivered|un(?:able to|deliverable)|deliver\w*\b.{0,30}(?:fail|report|status|notif|problem"
    r"|error|delay|issue|incomplete|warning)|(?:fail\w*|error|problem|unable|warning).{0,30}(?:deliver|sending|message)|failure notice|returned (?:to sender|mail|message)"
    r"|mail.{0,20}(?:returned|rejected|failure|failed|error|system error|bounced|not delivered)|message.{0,30}(?:rejected|returned|could not|undeliv|delayed)|could not (?:be )?(?:send|sent|deliver)"
    r"|\bndn?\b|\bndr\b|\bdsn\b|bounce|rejected|^nondeliv|returning message|warning: message|delayed mail|mail delayed|user unknown|unknown user|mailbox (?:is )?full|quota|loop (?:alert|back|detected)|echec de la|failed mail|processing error"
    r"|unzustellbar|nicht zustellbar|zustell|fehlgeschlagen|nicht zugestellt|non remis|échec|non (?:distribu|délivr)|retour .{0,12}courrier|impossible de (?:re)?mettre|utilisateur non|erreur d'adressage"
    r"|no se (?:puede|pudo|ha podido) entregar|no entreg|devuelto|fallo|error de entrega|não (?:entregue|é possível)|falha|devolvid|mancat[oa] (?:recapito|consegna)|non (?:è stato )?recapit|errore di|onbestelbaar|niet bezorgd|niet afgeleverd|mislukt"
    r"|kunde inte levereras|kan inte leverer|olevererbar|ej leverer|ikke lever|kan ikke|toimit|niedoręcz|niedostarcz|nie dostarcz|zwrot|nedoruč|nelze doruč|kézbesít|nelivr|не (?:доставлен|удал|может)|недоставлен|невозможн|возврат|iletileme|teslim edile|αδύνατη|μη παράδοση"
    r"|不達|送信エラー|配信(?:不能|できません|エラー|に?失敗)|配達|戻り|未達|送信できません|退信|退回|系统退信|无法(?:投递|送达|傳遞)|無法(?:傳遞|送達|投遞)|未送[达達]|投递失败|传递失败|전송 ?실패|반송|배달(?:되지|할 수)|배달 ?실패"
)
_PROSE = re.compile(
    r"(?i)(?:could|can) ?not be (?:delivered|sent)|couldn.t be delivered|was(?: not|n.t) delivered|(?:has|have) not been delivered|un(?:able|successful).{0,40}deliver|deliver\w*.{0,60}(?:fail|unsuccess|impossible|not possible|abort|gave up|postpone)"
    r"|did(?: not|n.t) reach|permanent(?:ly)?.{0,30}(?:error|fail)|fatal error|returned to (?:the )?sender|transcript of (?:the )?session|session follows|following (?:address|recipient)|undeliver"
    r"|giving up on|i.m (?:not going to try|afraid)|this is a permanent error|created automatically by (?:mail delivery|the mail)|qmail-send|reporting-mta|remote (?:host|server|mail server).{0,20}(?:said|returned|responded|answered)|rejected (?:your|the) message"
    r"|said: ?[45]\d\d|in reply to .{1,30} command|\b[45]\d\d[- ][45]\.\d+\.\d+|\b(?:550|551|552|553|554)\b|\b5\.\d\.\d{1,2}\b|message (?:was |has been )?(?:bounced|rejected|refused|returned|not accepted)|failed recipient|delivery status notification|not (?:be )?delivered|delivery attempt|will be returned|cannot (?:be )?deliver|mail(?:box)? .{0,40}(?:full|not found|unknown|disabled)|user unknown|unknown user|no(?:t a valid| such) user|postponed|automatically rejected|has been returned|did not (?:exactly )?match"
    r"|konnte.{0,80}nicht|nicht (?:zugestellt|erreicht)|n.a pas (?:pu|été)|impossible de|introuvable|no (?:se )?(?:ha )?pud|no se (?:entreg|encontr)|não (?:pôde|foi)|non (?:è stato|recapit|trovat)|niet (?:bezorgd|afgeleverd|worden)|kunde inte|kunne ikke|ei voitu|nie (?:można|udało|została|mógł)|nelze|nepodařilo|nem (?:sikerült|kézbesít)|nu a (?:putut|fost)|iletilemedi|teslim edilemedi"
    r"|届け|配信|送信|見つか|退信|无法|無法|未送|找不到|전송|배달|찾을 수 없|не (?:удалось|может|было|найден|доставлен)|недоставлен"
)
_SURE = re.compile(
    r"(?i)transcript of session|qmail-send|(?:following|these) (?:address|recipient)\S*.{0,40}(?:fail|fatal|error|could not|not deliver)"
    r"|\b5\d\d[- ]#?5\.\d+\.\d+|did not reach the following|delivery to the following recipients? (?:has |have )?(?:been )?(?:failed|delayed)|returned to sender|permanent fatal|(?:smtp|remote).{0,40}(?:error|said|reply|response).{0,40}\b5\d\d"
    r"|message (?:could|can) ?not be delivered|was not delivered to|user unknown|could not be delivered|not a valid user|been postponed due to"
)

_STARTS = re.compile(
    r"(?i)\W{0,80}(?:hi\. this is the \S.{0,40}(?:program|server) at|your (?:message|mail|e-?mail) (?:could|can) ?not be delivered|votre message n'a pas pu|this message could not be delivered|delivery (?:to|of) .{0,80} failed)"
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for mail that came back."""

    report: bool  #: It carries a delivery report.
    machine: bool  #: A mail system wrote it.
    daemon: bool  #: An address wrote it that mail systems use for nothing else.
    perhaps: bool  #: One may have written it.
    subject: bool
    prose: bool

    @property
    def is_enough(self) -> bool:
        """Say whether it came back: a report, or a mail system that says so."""
        said = self.subject and self.prose
        return (
            self.report
            or self.daemon
            or (self.machine and (self.subject or self.prose))
            or (self.perhaps and said)
        )


def signs_of(mail: ReceivedMail, said: str, blocks: list[Block]) -> Signs:
    """Collect what speaks for it."""
    void = mail.header("return-path").strip() == "<>"
    who = mail.header("from").strip(" <>")
    void_from = mail.has("from") and not who
    named = _MACHINE.search(who) is not None or void_from
    answers, person = is_answer(mail.subject), is_by_person(mail)
    failed = mail.has("x-failed-recipients", "x-mailer-daemon", "x-failed-recipient", "x-mlserver")
    flat = mail.content_type.replace('"', "")
    perhaps = void or bool(mail.returned) or _PERHAPS.search(who) is not None
    fresh = not answers or (_STARTS.match(said) and not mail.has("in-reply-to", "references"))
    return Signs(
        report=bool(mail.reports)
        or "report-type=delivery-status" in flat
        or (bool(blocks) and (named or void)),
        machine=failed or (named and (not answers or _STARTS.match(said) is not None)),
        daemon=_DAEMON.search(who) is not None and not person,
        perhaps=bool(fresh) and not person and (perhaps or _SURE.search(said) is not None),
        subject=_SUBJECT.search(mail.subject) is not None or (void_from and not mail.subject),
        prose=failed or _PROSE.search(said) is not None,
    )


def is_system(address: str) -> bool:
    """Say whether an address is one of a mail system."""
    return _MACHINE.search(address) is not None
