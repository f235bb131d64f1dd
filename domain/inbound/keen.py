"""How people speak who answer us: they want to hear more, ask, say yes, thank for this mail."""

import re

KEEN = re.compile(
    "|".join(
        (
            r"(?<!not )(?<!n.t )(?<!not really )(?<!no longer )(?<!longer )(?<!not be )\b(?:interested|keen)\b|sounds (?:good|great|interesting|like)|let.s (?:talk|speak|chat)|(?:love|like|happy|glad) to (?:talk|hear|chat|call)|call me\b(?! again)|works (?:great|fine|for me)|send (?:me |over |us )?(?:the |your |a |some |more |further )*(?:details|job|role|description|jd\b|spec|info)|looking forward|right up my street|instead\b",
            r"(?<!kein )interesse (?:habe|besteht|hätte)|(?:bin|sehr|wäre) interessiert|klingt (?:gut|super|spannend|interessant)|\bgerne?\b|telefonieren|rufen sie mich an|freue ich mich|erzählen sie|(?:schicken|senden) sie (?:mir )?(?:\w+ )?(?:die |das |den |mehr |weitere |gern )*(?:stelle|beschreib|details|info|unterlagen|profil)|(?:envoyez|envoie)[- ]moi (?:\w+ )?(?:la |le |les |plus )*(?:fiche|desc|détail|info)|(?:env[ií][ea]\w*|m[aá]nd[ae]\w*) (?:la |el |los |más |a |o )*(?:descrip|descri[çc]|detall|detalhe|info|oferta)|(?:вакансия|роль|позиция) .{0,12}подходит|пришлите (?:\w+ )?(?:описание|подробн|детал|условия)|(?:求人票|詳細|資料|条件).{0,10}(?:お送り|送って|教えて)",
            r"(?<!ne )m.intéresse(?! pas)|suis (?:\w+ )?intéressé|avec plaisir|(?:on|nous) peut en parler|on peut (?:se |en )?parler|(?<!no )me interesa|(?<!não )tenho interesse|(?<!não me )interessa[!.,]|(?<!non )mi interessa|sono interessat|mi (?:ri)?chiam|chiamatemi|(?<!geen )heb interesse|lijkt me|praten we|(?<!nie jestem )zainteresowan|(?<!nie )mnie interesuje|chętnie|(?<!ne)mám zájem",
            r"(?<!inte )intresserad|(?<!ikke )interess?er(?:t|et)|lyder spændende|gärna|gjerne|(?<!ei )kiinnosta\b|interesē|įdomu|(?<!не )интересно|(?<!не )цікаво|(?<!δεν )ενδιαφέρομαι|ilgileniyorum|(?<!nem )érdekel|(?<!nu )mă interesează|(?<!לא )מעוניין|(?<!غير )مهتم|रुचि है|(?<!ไม่)สนใจ|(?<!không )quan tâm|(?<!tidak )tertarik|興味(?:が|は)?(?:ある|あり)|詳しく|ぜひ|(?<![没沒])有兴趣|(?<![没沒])有興趣|(?<![没沒])感兴趣|관심(?:이|은)? ?있",
        )
    ),
    re.IGNORECASE,
)
"""What only those write who want to hear more: whatever else they say, they do not opt out."""

EAGER = re.compile(
    r"(?i)\?(?=\s|$)|let me know|not now\b|ask me again|nicht jetzt|pas maintenant|ahora no\b|agora não|не готов|(?:find|is|attach\w*) my (?:cv|resume|résumé)|recontact|rappelez-moi|klingt|suena|cu[ée]nt[ae]|\binterest(?:ed|ing)\b(?! in (?:joining|working|our))|let'?s (?:talk|speak|chat|meet|catch)|\bcall me\b|\bphone me\b|erreichbar unter|happy to (?:talk|chat|discuss)|sounds (?:good|great|interesting)|i(?:'d| would) (?:love|like|be happy)|could we|can we|but i\b|tell me more|interessiert|intéressé|me interesa|interessat|gerne? (?:sprechen|telefonieren|mehr)|？|興味|感兴趣|관심"
)
"""What an answer to our mail has, and a note written before it came has not."""

SAYS_YES = re.compile(r"(?i)\byes\b|please send|our answer|\bja\b|\boui\b|\bsí\b")
"""A yes, which no note says."""

WARM = re.compile(
    r"(?i)thanks (?:so much|a lot|for (?:the|your) (?:note|offer|role|opportunity))|your (?:offer|role|opportunity|position)|(?:the|this) (?:role|position|job|opportunity|offer)|\bsorry\b|apolog|ihr angebot|die stelle|votre offre|le poste|su oferta|la vacante|\bvaga\b|proposta"
)
"""It speaks to us: of our mail, of our offer, by thanks in a person's tone."""

IN_PERSON = re.compile(
    r"(?i)\b(?:i|i'm|i'll|my|me|ich|moi|mich|mir|mein\w*|je (?:suis|ser\w+|ne|vous|vais|te|re\w+|peux|travaille\w*)|j'ai|mon|yo|mi|eu|meu|io|mio|ik|mijn|jag|jeg|min|ll[áa]mame|escr[íi]beme|rufen sie mich|jestem|moj\w*|я|мой|мне|меня)\b"
)
"""One person, not an office."""
