"""Domains that belong to nobody in particular: blocking one would block strangers."""

from enum import StrEnum

_FREE_MAIL = """
    126.com 139.com 163.com aliyun.com aol.com arcor.de att.net bellsouth.net bigpond.com bk.ru
    bluewin.ch bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net
    duck.com earthlink.net fastmail.com fastmail.fm foxmail.com free.fr freemail.hu freenet.de
    gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.be
    hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com inbox.ru
    interia.pl laposte.net libero.it list.ru live.be live.ca live.co.uk live.com live.de live.fr
    live.nl mac.com mail.com mail.de mail.ru me.com msn.com naver.com ntlworld.com o2.pl onet.pl
    optonline.net orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it outlook.pt
    pm.me poczta.fm post.cz posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru
    rediffmail.com rocketmail.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com
    sky.com sohu.com sympatico.ca t-online.de talktalk.net telenet.be terra.com.br tiscali.it
    tuta.io tutanota.com ukr.net uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr
    web.de wp.pl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br
    yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com
    """
FREE_MAIL = frozenset(_FREE_MAIL.split())
"""Where anybody may have an address. Not complete: it catches the slip, not the wish."""

_SECONDS = "ac co com edu go gob gouv gov govt mil ne net or org sch"
_SECOND_LEVELS = frozenset(_SECONDS.split())
_COUNTRY = 2  # letters of a country's own top level


class Breadth(StrEnum):
    """How much a domain takes in, where that is more than one organisation."""

    PUBLIC_SUFFIX = "public_suffix"  #: Under it anybody registers: com, co.uk.
    FREE_MAIL = "free_mail"


def breadth_of(domain: str) -> Breadth | None:
    """Say whether a domain (lower case, Punycode) takes in strangers; None for an organisation's.

    Suffixes of two labels are told by their form (co.uk, com.br, gov.au); the whole public list
    changes weekly and would decide nothing more here.
    """
    labels = domain.split(".")
    if len(labels) == 1:
        return Breadth.PUBLIC_SUFFIX
    second, last = labels[-2:]
    if len(labels) == 2 and len(last) == _COUNTRY and second in _SECOND_LEVELS:
        return Breadth.PUBLIC_SUFFIX
    return Breadth.FREE_MAIL if domain in FREE_MAIL else None
