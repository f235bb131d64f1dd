"""What candidates say to an offer, in many languages, by what they mean; the first match decides."""

import re

from domain.inbound.verdict import ReplyCategory


def _w(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


TABLE: tuple[tuple[ReplyCategory, re.Pattern[str]], ...] = (
    (
        ReplyCategory.REFERRAL,
        _w(
            r"\b(?:contact|reach out to|talk to|speak (?:to|with)|write to|try|ask|recommend|refer|suggest|forward(?:ed|ing)? (?:it|this|your|you)|copied|cc'?(?:ed|ing)|adding|looping in|introduc\w+|connect(?:ing)? you)\b.{0,60}\b(?:colleague|friend|brother|sister|husband|wife|manager|hr|recruit\w+|somebody|someone|who (?:may|might|would|could)|instead)",
            r"\bmy (?:colleague|friend|brother|sister|husband|wife|ex-?colleague)\b.{0,80}(?:like|interest|fit|look|might|may|would|suit)|know (?:someone|somebody|a (?:person|friend|colleague)|people) who|someone (?:else )?(?:who )?(?:may|might|could|would) (?:be|fit)|(?:not the right|wrong) person",
            r"(?:kolleg\w+|freund\w*|bekannte\w*).{0,60}(?:interess|passen|wenden|kontakt)|wenden sie sich (?:bitte )?an|kenne jemanden|weitergeleitet an|falsche\w* ansprechpartner",
            r"(?:collègue|ami|amie|connaissance)\b.{0,60}(?:intéress|correspond|contacter)|je connais quelqu|transmis (?:à|votre)|pas la bonne personne",
            r"(?:compañer[oa]|colega|amig[oa]|conocid[oa])\b.{0,60}(?:interes|encaj|contact|puede)|conozco a alguien|conheço alguém|(?:collega|amic[oa])\b.{0,60}interess|conosco qualcuno|een (?:collega|vriend|kennis)\b.{0,60}(?:interess|past)|ken iemand|känner någon|kjenner (?:noen|en)|kender en|znam kogoś|znám někoho|знакомый|есть (?:друг|коллега)|知り合い|知人|朋友.{0,12}(?:适合|感兴趣|推荐)|推荐|지인",
        ),
    ),
    (
        ReplyCategory.NOT_NOW,
        _w(
            r"\bnot (?:right )?now\b|not (?:looking|interested|searching|available|open|in the market|ready|a good time)\b.{0,40}(?:at (?:the|this) (?:moment|time|point)|right now|currently|for now|yet|at present|until)|(?:bad|wrong) tim(?:e|ing)|(?:maybe|perhaps|ask|try|contact|reach out|write|check|talk|ping|get back|circle back)\b.{0,40}(?:later|again|next (?:year|month|quarter|spring|summer|autumn|fall)|in (?:a|the|\d+|some|spring|summer|autumn|january|february|march|april|may|june|july|august|september|october|november|december)\b.{0,12}(?:months?|year|weeks?|future|spring|summer|autumn|\b))|(?:happy|content|good|fine|comfortable|settled|well) (?:where|with (?:my|what)|in my (?:current|present))|(?:just|only|recently) (?:started|joined|began|signed|changed|moved)|keep (?:me|my (?:cv|details|resume)) (?:in mind|on file)|not available (?:before|until)|(?:down the (?:road|line)|in the future)",
            r"(?:derzeit|momentan|aktuell|zur ?zeit|gerade|im moment|jetzt) (?:\w+ ){0,3}(?:nicht|nichts|kein\w*)|(?:nicht|kein\w*|nichts) (?:\w+ ){0,3}(?:derzeit|momentan|aktuell|im moment)|suche (?:\w+ ){0,2}nichts|(?:zufrieden|glücklich) (?:in|mit|bei|wo)|(?:später|im (?:frühjahr|sommer|herbst|winter)|nächstes jahr|in (?:ein paar|einigen|\d+) (?:monat|woch)\w*) (?:noch ?mal|wieder|gerne)|gerade erst (?:angefangen|gewechselt)",
            r"pas (?:\w+ ){0,4}(?:pour le moment|pour l'instant|actuellement|en ce moment|disponible avant)|(?:pour le moment|actuellement|à l'heure actuelle)\b.{0,40}\bpas\b|(?:bien|heureu\w+|satisfait\w*) (?:où je suis|dans mon)|plus tard|recontactez-moi (?:dans|en|à)|viens de (?:commencer|changer|signer)",
            r"(?:ahora|por ahora|de momento|actualmente|en este momento)\b.{0,30}\bno\b|\bno\b.{0,40}(?:por ahora|de momento|en este momento|actualmente|ahora mismo)|más adelante|estoy (?:contento|feliz|bien) (?:donde|en|con)|(?:no momento|agora|por enquanto|atualmente)\b.{0,20}\bnão\b|\bnão\b.{0,40}(?:no momento|neste momento|por enquanto|por agora|atualmente)|mais tarde|estou (?:feliz|bem|satisfeit\w) (?:onde|no|na|com)",
            r"(?:al momento|per ora|adesso|attualmente)\b.{0,30}\bnon\b|\bnon\b.{0,40}(?:al momento|per ora|in questo momento|attualmente)|più avanti|(?:momenteel|nu|op dit moment)\b.{0,20}(?:niet|geen)|(?:niet|geen)\b.{0,30}(?:op dit moment|momenteel|nu)\b|(?:nöjd|trivs|glad) (?:där|med|på)|just nu (?:inte|inga)|inte (?:just nu|för närvarande)|ikke (?:lige nu|akkurat nå|nå|for tiden)|en (?:juuri )?nyt|tällä hetkellä (?:en|ei)|(?:obecnie|w tej chwili|na razie)\b.{0,20}nie\b|nie\b.{0,30}(?:w tej chwili|obecnie|na razie|teraz)|momentálně ne|(?:сейчас|пока|в данный момент)\b.{0,20}\bне\b|\bне\b.{0,30}(?:сейчас|пока|в данный момент)|今は|現在は?.{0,10}(?:考えて|転職)|暂时|目前.{0,8}(?:不|没)|지금은|당분간",
        ),
    ),
    (
        ReplyCategory.NOT_INTERESTED,
        _w(
            r"\b(?:not|n't|no longer|never) (?:\w+ ){0,3}(?:interested|interesting|looking|for me|a (?:good )?(?:fit|match)|what i|pursue|consider)|no,? (?:thanks?|thank you|interest)|\bpass\b(?: on| this|$)|i(?:'ll| will| must| have to)? (?:pass|decline)|(?:accepted|found|took|signed|started) (?:another|a new|an) (?:offer|job|role|position)|not (?:my|the right) (?:thing|field|area)|\bdecline\b|^\W*(?:no|nope|nah)\b\W*$",
            r"kein\w* (?:interesse|bedarf)|nicht (?:\w+ ){0,2}interess|nein,? danke|^\W*nein\W*$|nicht(?:s)? für mich|passt nicht|(?:habe|hab) (?:bereits|schon|etwas)|pas (?:\w+ ){0,2}intéress|non,? merci|^\W*non\W*$|ne (?:me |m')?(?:correspond|intéresse)|(?:ai|déjà) (?:trouvé|accepté)",
            r"\bno (?:me )?(?:\w+ ){0,2}interes|^\W*no,? gracias|no estoy (?:interesad|buscando)|não (?:\w+ ){0,3}interess|não,? obrigad|^\W*não\W*$|não estou (?:a procura|buscando|procurando)|\bnon (?:\w+ ){0,3}interess|no,? grazie|non (?:sto|fa per)|geen (?:\w+ )?interesse|niet (?:\w+ ){0,2}(?:geïnteresseerd|op zoek)|nee,? (?:dank|bedankt)|^\W*nee\W*$|inte (?:\w+ ){0,2}intress|nej,? tack|^\W*nej\W*$|ikke (?:\w+ ){0,2}interess|nei,? takk|nej,? tak|en ole (?:\w+ )?kiinnostunut|ei kiinnosta|ei kiitos|nie (?:jestem |\w+ ){0,2}zainteresowan|nie,? dziękuj|nemám zájem|ne,? děkuji|nem érdekel|nu (?:sunt|mă) interes|ilgilenmiyorum|\bне (?:\w+ ){0,2}интерес|нет,? спасибо|^\W*нет\W*$|\bне цікав|興味(?:は|が)?(?:ありません|ない)|お断り|辞退|(?:不|没|沒)(?:有)?(?:感)?(?:兴趣|興趣|考虑|考慮)|不(?:用|需要)了?|관심.{0,4}없|괜찮습니다|لست مهتم|לא מעוני",
        ),
    ),
    (
        ReplyCategory.INTERESTED,
        _w(
            r"\binterest(?:ed|ing)\b|sounds? (?:good|great|interesting|exciting|amazing|fun|like)|tell me more|(?:hear|know|learn) more|let'?s (?:talk|speak|chat|meet|do|schedule|set|connect|catch)|call me|happy to (?:talk|chat|discuss|hear|speak|meet|connect|learn)|(?:love|like|glad|keen|open) to (?:talk|hear|chat|discuss|learn|know|meet|speak|explore|it|new|opportunit|a (?:chat|call))|i(?:'m| am) (?:open|available|free|up for|in\b|keen)|(?:when|what time|which day) (?:can|could|would|works|suits|are you)|schedule|^\W*(?:yes|yep|yeah|sure|absolutely|definitely|of course|gladly|please do|ok(?:ay)?|👍|👌|✅)\b|^\W*[👍👌✅]|(?:attached|attach(?:ing)?) (?:is |my )?(?:cv|resume)|my (?:cv|resume)|send (?:me )?(?:the|more|over)|(?:can|could|shall) we (?:talk|speak|meet|have|schedule|set)|works for me|look(?:ing)? forward",
            r"interess(?:iert|ant|e\b)|klingt|spannend|erzählen sie mir mehr|mehr (?:erfahren|details|infos?|informationen)|(?:wann|können wir|lassen sie uns) (?:\w+ ){0,3}(?:telefonieren|sprechen|reden|treffen)|gerne?\b|rufen sie|^\W*ja\b|im anhang|lebenslauf|intéress|(?:en savoir|dites-m'en|m'en dire) plus|(?:parler|échanger|discuter|appeler|rencontrer)\b|avec plaisir|volontiers|^\W*oui\b|mon cv|disponible (?:le|pour|à partir|demain|lundi|mardi|mercredi|jeudi|vendredi)",
            r"me interesa|interesad[oa]|suena (?:bien|interesante)|cuénteme|más (?:información|detalles)|(?:podemos|cuándo) (?:hablar|hablamos)|hablamos|encantad[oa]|^\W*s[ií]\b|mi (?:cv|currículum)|tenho interesse|interessad[oa]|parece (?:bom|interessante|ótimo)|mais (?:informaç|detalhes)|(?:podemos|quando) (?:falar|conversar)|vamos (?:falar|conversar)|^\W*sim\b|(?:mi )?interessa\b|interessat[oa]|ci sentiamo|(?:possiamo|quando) (?:sentir|parlar)|volentieri|^\W*sì\b|maggiori (?:informazioni|dettagli)|(?:klinkt|lijkt me) (?:goed|interessant|leuk)|geïnteresseerd|bel me|meer (?:weten|informatie|horen)|graag\b",
            r"låter (?:bra|intressant|spännande|kul)|intresserad|(?:gärna|hör av dig|berätta mer)|lyder (?:godt|spændende|spennende|interessant|bra)|interesseret|interessert|gjerne|kuulostaa (?:hyvältä|mielenkiintoiselta|kiinnostavalta)|kiinnost|jestem zainteresowan|brzmi (?:dobrze|ciekawie|interesująco)|chętnie|zajímá|mám zájem|zní (?:dobře|zajímavě)|ozvěte|érdekel|jól hangzik|sună bine|sunt interesat|mă interesează|ilgileniyorum|(?:kulağa )?(?:hoş|iyi|ilginç) geliyor|интересно|заинтересован|расскажите|созвон|давайте (?:пообщ|поговор|созвон)|^\W*да\b|цікав|розкажіть|με ενδιαφέρει|ενδιαφέρομαι|興味(?:が|は)?(?:あり|ございます|を)|ぜひ|お話(?:を)?(?:聞|伺)|感(?:兴趣|興趣)|有(?:兴趣|興趣)|想了解|可以聊|关注|관심.{0,4}(?:있|많)|듣고 싶|مهتم|מעוני|quan tâm|tertarik|रुचि|^\W*(?:はい|好的?|可以|네|예|نعم|כן|evet|igen|da\b|ano|tak\b|kyllä|ναι)",
        ),
    ),
    (
        ReplyCategory.QUESTION,
        _w(
            r"[?？؟;]\s*(?:$|\n|\s)",
            r"[?？؟]",
            r"\b(?:who are you|what (?:is|are)|how (?:much|did|do)|where|which)\b",
        ),
    ),
)
"""Whoever names somebody else refers; who says "not now" does not say "no" for ever."""
