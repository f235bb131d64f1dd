"""How people say, in many languages, that they want to hear more."""

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
