"""Says whether a notice only tells of a delay: the mail is still being tried."""

import re

_SUBJECT = re.compile(
    r"(?i)still (?:being )?(?:retried|trying|undelivered|queued)|\(delay\w*\)|\bdelayed\b|\bdelay(?:ed)? (?:in|notification|notice)|delivery delay|delayed mail"
    r"|not yet (?:been )?delivered|could not send (?:your )?message for (?:the )?past|verzögert|verzögerung|retard|différé|retras|demorad|atrasad|adiad|ritard|vertraagd|vertraging|försenad|forsinket|viivästy|opóźni|zpožd|késlelt|задерж|відклад|遅延|延迟|延遲|지연"
)
_WILL_TRY = re.compile(
    r"(?i)has not yet been delivered|hasn.t been delivered yet|delivery (?:has been |is |status notification \()?delay|(?:will|still|continue to) (?:be )?(?:retry|retried|try|trying|attempt)"
    r"|this is a warning message only|you do not need to re-?send|not yet been delivered|no action is required on your part|warning: could not send message|delayed \d+|(?:delivery )?attempts? will (?:be made|continue)"
    r"|will keep trying|(?:message|delivery) (?:is|was|has been) (?:delayed|postponed|deferred)|is still in the queue|has been postponed|we will (?:continue|keep) (?:to )?try|gmail will retry|still undelivered after"
    r"|wird weiterhin versucht|weitere zustellversuche|verzögert|nouvelles? tentatives?|sera retentée?|se (?:volverá|seguirá) a intentar|continuaremos tentando|ritentato|opnieuw geprobeerd|再送を試み|попытки доставки будут"
)
_GAVE_UP = re.compile(
    r"(?i)giving up|gave up|given up|permanent|fatal|could not be delivered|has been removed|i.m not going to try|returned to|being returned|failed after|too long in|has expired|not be delivered"
)
_CONDITION = re.compile(
    r"(?i)\b(?:if|until|when|eventually|unless|should|once|falls|si|wenn)\b[^.\n]{0,240}(?:\n[^.\n]{0,240}){0,2}\."
)


def is_delay(subject: str, said: str) -> bool:
    """Say whether the notice tells of a delay; what it says of a later giving up does not count."""
    now = _CONDITION.sub(" ", said[:6_000])
    trying = _WILL_TRY.search(said) is not None
    if _SUBJECT.search(subject):
        return trying or not _GAVE_UP.search(now)
    return trying and not _GAVE_UP.search(now)
