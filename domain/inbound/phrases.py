"""How mail systems say why they did not deliver: a table of their words, the first match decides.

Written from what Postfix, Exim, Sendmail, qmail, Courier, Exchange, Gmail, Yahoo, and the big hosts
of several countries answer. docs/inbound-mail.md says what we make of the cases on which mail
systems do not agree.
"""

import re
from dataclasses import dataclass

from domain.inbound import phrases_abroad as abroad
from domain.inbound.causes import Cause


@dataclass(frozen=True, slots=True)
class Wording:
    """Words, and the cause that they name."""

    cause: Cause
    pattern: re.Pattern[str]


def _w(cause: Cause, *patterns: str) -> Wording:
    return Wording(cause, re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE))


_WHO = r"(?:user|recipient|mailbox|account|address|addressee|e-?mail(?: address| account)?|person|name)"

TABLE: tuple[Wording, ...] = (
    _w(  # Named before the network's words that go with it.
        Cause.SENDER,
        r"\b(?:on|in) (?:a|the|our|\S+) (?:block|black|deny)[- ]?list|垃圾邮件|垃圾郵件|大量群发|迷惑メール|スパム|스팸|\bспам|\((?:hvu|dyn|con|rtr|ts\d+):|\bkill list|\bofr_?50\d|\bube\b|\[ph\d\d\]|not accepted for policy reasons|ask your postmaster for help or|postmaster\.(?:web|gmx)\.\w+/\S{0,60}\bi=ip|reject due to content",
    ),
    _w(  # Words that speak of the network, though they name a host or a mailbox.
        Cause.LATER,
        r"host not found, try again|temporary (?:lookup|dns|name server|failure|local|server)|\b4[25]\d\b.{0,60}(?:mailbox|requested).{0,40}unavailable",
        r"connect\w*.{0,60}(?:refused|timed? ?out|reset|lost|failed)|lost connection|network is unreachable|no route to host|operation timed out",
        r"loops? back to|mail loop|(?:message|mail) (?:is )?looping|forwarding loop|too many hops|hop count|malformed (?:or unexpected )?name server|(?:hosts|routes)\b.{0,30}have been failing|could not contact dns|could not find a gateway",
    ),
    _w(  # A fault between two servers, not of the address.
        Cause.RELAY,
        r"relay(?:ing)?(?: mail| access)? (?:is |was )?(?:denied|not (?:permitted|allowed)|prohibited$)|(?:unable|not (?:allowed|permitted|authori[sz]ed)|refus\w+) to relay|not an? (?:open )?(?:gateway|relay)|not configured to relay|as a relay\b|\brcpthosts",
    ),
    _w(  # The address or name of a server, though it is called an address.
        Cause.SENDER,
        r"(?:ip|sending|source|client|your|host)[ -](?:address|server|host|domain|ip)\b.{0,80}(?:ptr|reverse|dns record|listed|block|bann|black|reject|denied|reputation|spam|not (?:allowed|permitted|authori[sz]ed))|\b(?:ptr|rdns)\b.{0,20}record|bad(?:mailfrom|sender)|envelope sender is in my|permissions? to send (?:as|to)|\bip is (?:block|list|bann)|listed (?:at|in|by|on) (?:\S*(?:\bbl\b|rbl|dnsbl|psbl|spam)|\S+ (?:block|black))|sender policy framework|traffic not accepted from this ip|bad outbound sender|your ip(?: address)? \S+ is (?:listed|blocked|blacklisted|banned)",
        r"(?:emetteur|émetteur|absender|remitente|remetente|mittente|отправител\w*) (?:invalid\w*|ungültig|inv[aá]lid\w*|non valido|(?:ist )?(?:gesperrt|blockiert)|bloqu\w+)",
    ),
    _w(  # Suspended is meant to pass; a closed account is not.
        Cause.SUSPENDED,
        r"\bsuspend|temporar\w+ (?:disabled|locked|inactive|blocked|limited|deactivated|closed|not accept)|(?:account|mailbox|user)(?: is| has been)? (?:temporarily )?(?:locked|frozen)|is (?:temporarily )?limited|(?:compte|bo[iî]te)\b.{0,30}(?:bloqu|suspend)|is ?blocked\b.{0,12}(?:lpn|ofr)|vor[uü]bergehend (?:gesperrt|deaktiviert)",
    ),
    _w(  # What was found in the message, before the words on names and addresses.
        Cause.CONTENT,
        r"(?:invalid|bad|illegal|missing|duplicate|malformed) (?:mime |message )?headers?\b|content restriction|potential(?:ly)? (?:security|executable|dangerous|malicious)|line length|banned (?:file|attach|content|extension)|(?<!anti-)(?<!anti)\bvirus(?:es)?\b(?!.?(?:free|wall|scan))|infected|malware|message (?:size )?(?:is )?too (?:big|large)|(?:message|mail|size)\b.{0,24}exceed\w* .{0,40}(?:size|maximum|limit|bytes)|message file too big|databytes limit|taille limite|recip(?:ient)?sizelimit",
    ),
    _w(  # A verdict on the sender that speaks of "unknown" or "not found" too.
        Cause.SENDER,
        r"sender(?:'?s)? (?:address|domain|e-?mail|verif\w+|id|ip)\b.{0,60}(?:reject|invalid|unknown"
        r"|not (?:exist|found|valid|allowed)|does not|unverif|fail|block|denied|refused|cannot|restrict)",
        r"(?:invalid|bad|unknown|unresolvable|unverified|forged|unauthori[sz]ed) (?:sender|from|return.?path)",
        r"(?:could ?n[o']t|can ?n?[o']?t|unable to|failed to) (?:verify|resolve|complete) (?:the )?(?:sender|your)",
        r"verif\w+ (?:failed|call-?out) .{0,40}<?sender|sender verify failed|callback.*sender",
        r"domain of sender|sender domain|from (?:address )?domain .{0,40}(?:not|does)",
        r"not (?:authori[sz]ed|allowed|permitted|entitled) to send (?:as|from|mail|e-?mail|on behalf|messages)",
        r"(?:send as|sendas) ?denied|smtp\.?auth|authentication (?:is )?required|must authenticate|5\.7\.57\b",
    ),
    _w(
        Cause.FULL,
        r"(?:mail ?box|inbox|quota|account|storage|disk|user|maildir|message store).{0,40}(?:\bfull\b|exceed|over\b|overdrawn|out of (?:space|quota))",
        r"(?:over|exceed\w*|out of|insufficient|not enough|no|above|beyond).{0,25}(?:quota|disk space|storage|space (?:left|available)|mailbox (?:size )?limit)",
        r"quota (?:of .{0,30})?(?:exceeded|violation|reached)|quotaexceeded|disc quota|(?:exhausted|exceeded) (?:the |its |their )?(?:allowed |allocated )?storage|is full|too much mail data|mailbox size limit|(?:does|do|did)(?: not|n't) have enough (?:space|storage|room|disk)|status 4?5?\.2\.2|over the allowed quota|recipient storage full|would exceed mailbox",
        *abroad.FULL,
    ),
    _w(  # "Access denied" after a recipient is how Exchange and Postfix say unknown.
        Cause.GONE,
        r"recipient address rejected: access denied|5\.4\.1 .{0,40}recipient address rejected",
        r"recipient(?:not| not |_not_)found|validrcptto|no (?:such )?(?:mailbox|user|account|address|recipient)\w* (?:was |were )?found|did not (?:exactly )?match an?y? |address rejected\b(?!.{0,60}(?:spam|polic|block|relay|greylist|gray|spf|sender|try))|recipient (?:not|is not|was not) accepted|account (?:is )?unavailable|invalid final delivery userid|resolver\.adr\.\w*recip\w*not\w*found|unknownrecipient|recipientnotfound",
        rf"\bno (?:such|valid|known|mailbox|mail box|account|local)\b.{{0,24}}{_WHO}|no such {_WHO}|no (?:mailbox|account|user|person|address) (?:here )?(?:by|with|for|of) th(?:at|is)",
        rf"{_WHO}.{{0,80}}?(?:does(?: not|n.?t) (?:exist|have|like)|(?:is|was|are|were|could|can)? ?(?:not|n.t) (?:be )?(?:found|exist|exists|known|listed|a (?:valid|known|local|registered)|valid|local|recogni[sz]ed|present|our customer|in (?:the |our )?(?:directory|list|table|address)|one of our)|unknown\b|invalid\b|non.?exist\w*|unrecogni[sz]ed|incorrect|is wrong|has left|no longer (?:works|with|here|exists))",
        rf"(?:unknown|invalid|bad|non.?existent|nonexistent|wrong|illegal|undefined|unrecogni[sz]ed|unroutable|unrouteable|incorrect|undeliverable) (?:\w+ )?(?:local.?part|destination|{_WHO})",
        r"unknown (?:or illegal )?alias|unknown or invalid|user_unknown|bad_recipient|badrcptto|bad destination|not a (?:valid|known) (?:mailbox|user|recipient|address|account)|there is no one at|not our customer",
        r"(?:can(?:no|')t|could not|unable to|couldn.t|can not) (?:find|locate|identify|resolve) (?:(?:the|a|your|that|any) )?(?:recipient|user|mailbox|address|e-?mail|named?|distribution)",
        r"unrouteable (?:mail )?address|(?:address|alias|destination).{0,30}(?:not exist|no existe|unknown)|account (?:that you tried to reach )?does not exist|(?:e-?mail )?address (?:couldn.t|could not|wasn.t|was not) (?:be )?found|not listed in (?:public )?(?:name|domino)|vdeliver: invalid or unknown",
        r"previously bounced|this user doesn.t have a|user doesn.t have|not in (?:our|the) (?:directory|database|records)|delivery to the following recipients? failed permanently\W{0,80}$|does not like recipient|reject(?:ed|ing) recipient|recipient (?:not ok|rejected|is not (?:local|exist))|mailbox (?:not|un)\s?available|requested action not taken: mailbox unavailable",
        *abroad.GONE,
    ),
    _w(
        Cause.CLOSED,
        *abroad.CLOSED,
        rf"{_WHO}.{{0,60}}?(?:disabled|deactivated|de-activated|inactive|in-active|not active|closed|terminated|expired|deleted|removed|cancell?ed|discontinued|abandoned|no longer (?:active|valid|in use|used|available|accept\w*|monitored)|moved|locked out permanently)",
        rf"(?:disabled|deactivated|inactive|closed|expired|deleted|terminated|obsolete|archived) {_WHO}",
        r"(?:due to|because of|for) (?:prolonged |long )?inactivity|has (?:moved|left)|new (?:e-?mail )?address (?:is|of)|been replaced by|no longer (?:on server|employed|a customer|works? here)|account (?:is )?(?:closed|dead)|address no longer",
    ),
    _w(
        Cause.NOWHERE,
        r"host(?:name)? or domain(?: name)? (?:name )?not found|(?:host|domain|system|server)(?: name)?.{0,60}?(?:not found|unknown|does ?n.t exist|does not exist|could not be found|lookup failure|is invalid|non.?existent|has no (?:mx|mail)|not (?:configured|registered) (?:for|to) (?:accept|receive))",
        r"(?:unknown|no such|non.?existent|invalid|illegal|bad) (?:host|domain|system|destination (?:host|domain|system)|mail ?server)|unrouteable (?:mail )?domain|unroutable",
        r"(?:domain|host).{0,50}(?:couldn.t be found|isn.t|is not a valid)|couldn.t find any host|no (?:mx|mail exchanger)|null ?mx|nxdomain|(?:mx|dns) (?:records? )?.{0,40}(?:point to non|not exist|no valid|invalid|does not|nullmx)|name (?:service|server) error.{0,60}(?:not found|no data)|does not accept (?:any )?(?:mail|e-?mail)(?! from)|all relevant mx records|name or service not known|no smtp service|non-?existent domain|nonexistentdomain|infodomainnonexistent",
    ),
    _w(
        Cause.LIMIT,
        r"(?:rate|sending|message|connection|recipient|hourly|daily)s? (?:limit|quota)|reached a limit|frequency (?:is )?limited|(?:their|its|your) limit for|too many (?:message|mail|connection|recipient|concurrent|session|invalid|login|error|hops)|receiving (?:mail|e-?mail|messages) (?:too|at a rate)|max(?:imum)? (?:defers|failures|e-?mails?|messages|hourly)|per hour.{0,20}allowed|throttl|too (?:fast|quickly|frequently)|exceeded .{0,40}(?:limit|rate|threshold|number|maximum)",
    ),
    _w(
        Cause.SENDER,
        r"\b(?:black|block|deny|ban|reject)[- _]?list\w*|\b(?:dns|r|d|ip|x)bls?\b|spam ?(?:haus|cop|source|assassin)|barracuda|sorbs|uceprotect|abuseat|senderbase|cloudmark|proofpoint|mailspike|trend ?micro|sender ?score|reputation",
        r"\b(?:spf|dkim|dmarc|arc|ptr|rdns|fcrdns|helo|ehlo)\b|reverse (?:dns|lookup|host)|\b(?:hostname|name) lookup|resolvable",
        r"(?:your|client|sending|source|remote|mail) ?(?:ip|host|server|network|domain|mta|address|provider|isp).{0,80}(?:block|ban|reject|denied|refus|list|blacklist|suspicious|not (?:allowed|permitted|welcome|authori[sz]ed)|dynamic|spam)",
        r"(?:block|ban|reject|refus|deni)\w* .{0,40}(?:your|from) (?:ip|host|server|network|domain|address|isp)|blocked (?:by|using|due|for|because|at)|access denied|you are (?:not allowed|blocked|banned)|message rejected due to(?! (?:local |company |security |recipient |site )?polic)|anti-?spoof|spoof(?:ed|ing)|go away|dynamic (?:ip|host)|open (?:relay|proxy)|zombie",
        r"\bspam\b|\buce\b|unsolicited|junk mail|bulk mail|looks like spam|spamming|phish|suspected|complaint|abus",
    ),
    _w(
        Cause.CONTENT,
        r"(?:message|mail|size|attachment|data).{0,50}(?:too (?:large|big)|(?<!queue )too long|size|exceed|oversize|limit)|too (?:large|big)|trojan|banned (?:file|attach|content)|(?:attachment|file type|extension|content|header|charset|html|mime|encoding|url|link)\w*.{0,40}(?:not (?:allowed|accept|permitted|support)|block|reject|denied|illegal|forbidden|invalid|error)|message (?:content )?reject|line too long|bare lf|rfc.?(?:822|2822|5322)|executable",
    ),
    _w(
        Cause.POLICY,
        r"relay|policy|prohibit|restrict|not (?:authori[sz]ed|permitted|allowed|accepted)|administrative|security|encrypt|tls|moderat|approv|members? only|only accept|whitelist|white list|challenge|confirm|filter|refus|denied|reject|disabled|suspend",
    ),
    _w(
        Cause.LATER,
        r"temporar|try again|retry|later|time ?d? ?out|timeout|expired|greylist|gray ?list|grey ?list|busy|unavailable|not (?:responding|respond|answer)|connection (?:refused|reset|closed|dropped|lost|failed)|(?:could|can) ?not connect|unable to connect|not available|unreachable|congest|overload|loop|hop count|too long in queue|in (?:the )?queue|delayed|deferred|still (?:being )?(?:tr|un)|dns|lookup|resourc|disk|local error|internal|i/o|system (?:error|not)|configuration|attempts|unreachable",
    ),
)
