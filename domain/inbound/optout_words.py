"""How people ask to be left alone: for each language the words that take out, and those that forbid.

`TAKE_OUT` names what is to be taken out (me, my data, from a list); `NO_MORE` forbids another mail.
Kept apart since "take me out of the running" is a decline, which is looked for after `TAKE_OUT` only.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


TAKE_OUT = _any(
    # English
    r"(?:remove|take|delete|drop|erase|scrub|purge) (?:me\b|my (?:name|e-?mail|mail|address|details|data|profile|contact|number|info|record|personal)).{0,60}(?:list|database|mailing|from|off|system|records|data|files|profile|$)",
    r"(?:take|remove) my \w+(?: \w+)? out of (?:your|the)|(?:request|demand|ask for) (?:the )?(?:erasure|deletion)|object to (?:any |the |all )?(?:further )?processing|please (?:remove|delist|delete) me|(?:off|from) (?:your|this|the) (?:mailing |e-?mail )?list|(?:erase|delete) (?:all )?(?:my|any) (?:personal )?(?:data|information|details)|right (?:to (?:erasure|be forgotten|object)|of erasure)|(?:erasure|deletion) of (?:all )?my|lose my (?:e-?mail|address|number|contact)",
    # German
    r"(?:nehmen|nehmt|nimm|streichen|streicht|streich|löschen|löscht|lösche?|entfernen|entfernt|entferne?) (?:sie )?(?:bitte )?(?:mich|meine?n?|mir|alle)\b|(?:mich|meine (?:daten|adresse|e-?mail\S*|kontaktdaten)).{0,40}(?:löschen|entfernen|streichen|austragen|herausnehmen|rausnehmen)|löschung (?:all |aller )?(?:meiner|derselben)|(?:deren|ihre) löschung|widerspr(?:eche|uch).{0,60}(?:verarbeitung|nutzung|speicherung|daten|kontakt|werb)",
    # French
    r"(?:supprim|effac|retir|enlev|ray|désinscri|désabonn)\w*.{0,30}(?:mes (?:données|coordonnées|informations)|mon (?:adresse|mail|e-?mail|contact|profil|nom)|\bmoi\b|de (?:votre|vos|la|cette) (?:liste|base|fichier))|droit (?:à l.effacement|d.opposition|à l.oubli)|suppression de mes",
    # Spanish, Catalan
    r"(?:elimin|borr|suprim|quit|saqu|retir|sac)\w*.{0,25}(?:mis datos|mi (?:correo|e-?mail|dirección|perfil|contacto|nombre)|(?:de )?(?:su|tu|la|vuestra) (?:lista|base))|(?:eliminen?|borren?|quiten?|saquen?)(?:me)\b|derecho de (?:supresión|oposición|cancelación)|(?:darme|dar(?:se)?|denme|deme|dadme|dame) de baja|^\W*baja\b(?: por favor)?\W*$",
    r"(?:elimin|esborr|suprim|trai|treu)\w*(?:.m|-me| em)?.{0,20}(?:de la (?:llista|vostra)|les meves|el meu)|(?:doneu|dóna|doni)(?:.m|-me)? de baixa|doneu-me",
    # Portuguese, Galician
    r"(?:elimin|remov|apag|exclu|retir|descadastr|tir)\w*.{0,25}(?:(?:os |as )?meus? (?:dados|contat|contact|e-?mail|endereço|nome|informaç)|minhas? |(?:d[aoe]s?|da sua|da vossa) (?:lista|base))|(?:remova|remov[ae]m|retirem?|tirem?|excluam?|descadastrem?)[- ]me|me (?:remov|retir|tir|exclu|descadastr)\w+|(?:eliminação|remoção|exclusão) d[aeo]s? meus?",
    # Italian
    r"(?:cancell|elimin|rimuov|rimoz|togl|disiscr)\w*.{0,25}(?:(?:i|dei|de) miei dati|(?:il|del) mio (?:indirizzo|contatto|nominativo|profilo|nome)|(?:la|della) mia (?:mail|e-?mail)|(?:dalla|da) (?:vostra |sua |questa )?(?:lista|mailing))|\b(?:cancellate|eliminate|rimuovete|toglie(?:te)?|cancella|rimuovi)mi\b",
    # Dutch
    r"(?:verwijder|haal|schrap|wis|schrijf)\w* (?:mij\b|me\b|mijn (?:gegevens|adres|e-?mail|naam|contact))|(?:mij|me|mijn (?:gegevens|adres|e-?mail|naam)).{0,25}(?:verwijder|schrapp|wissen|halen)\w*|recht op (?:vergetelheid|verwijdering|gegevenswissing)",
    # Swedish, Danish, Norwegian, Icelandic, Finnish
    r"(?:ta bort|radera|stryk|plocka bort) (?:mig|min[at]?|mitt)|(?:fjern|slet+|stryk|tag|ta) (?:venligst |vennligst )?(?:mig|meg|mine?|mitt|mit)\b.{0,30}(?:list|regist|database|data|oplysning|opplysning|ud|fra|$)|(?:tak(?:ið|ið|tu)|fjarlæg\w+|afskrá\w*|eyð\w+) (?:mig|mín\w*|nafn|netfang)|(?:poista\w*|ottakaa) (?:minut|minua|tietoni|osoitteeni|sähköpostini|yhteystietoni)",
    # Polish
    r"(?:usu[nńw]|wykreśl|wypis|skasow)\w* (?:mnie|mój|moich|moje|mojego|moją|danych|adres|dane)|(?:mnie|moje dane|mój adres|moich danych).{0,25}(?:usun|wykreśl|wypis|skasow)\w*",
    # Czech, Slovak
    r"(?:vymaž|smaž|odstra[nň]|vyřaď|vyraď|vyškrtn|odhla[sš])\w* (?:mě|ma|mne|mňa|moje|moji|můj|môj|mou|si)\b",
    # Croatian, Serbian, Bosnian, Slovene, Macedonian, Bulgarian
    r"(?:izbriš|uklon|obriš|makn|skin|odstran|odjav)\w*.{0,15}\b(?:me|moj\w*|podatk\w*|adres\w*)\b|\b(?:me|moje podatke|moju adresu|moj naslov)\b.{0,12}(?:izbriš|uklon|obriš|makn|skin|odstran|odjav)\w*|(?:уклон|избриш|обриш|скин|премахн|изтри|отстран|отпиш|тргн)\w*.{0,15}\b(?:ме|мо[ијя]\w*|данн\w*|адрес\w*)\b|\bме\b.{0,12}(?:уклон|избриш|обриш|скин|тргн|отпиш)\w*",
    # Baltic
    r"(?:eemalda|kustuta)\w* (?:mind|minu)|(?:pašalin|ištrin|išbrauk)\w* (?:mane|mano|iš)|(?:izdzēs|noņem|izņem|dzēs)\w* (?:mani|manu|manus|mana)",
    # Russian, Ukrainian, Belarusian
    r"(?:удал|исключ|убер|убра|вычерк|сотр|стере)\w*.{0,20}(?:\bмен[яе]\b|\bмо[ийюяеё]\w*|из (?:списка|базы|рассылки))|(?:видал|викресл|прибер|вилуч)\w*.{0,20}(?:мене|мо[їюяєй]\w*|(?:зі|із|з) (?:списку|бази|розсилки))|(?:выдал|прыбяр)\w*.{0,15}(?:мяне|мае|мой)",
    # Greek, Turkish, Hungarian, Romanian, Albanian
    r"διαγρ[άα]\w*|αφαιρ[έε]\w*.{0,15}(?:με|από|μου)|(?:beni|mailimi|adresimi|bilgilerimi|verilerimi|verilerimin).{0,30}(?:çıkar|sil|kaldır)\w*|(?:töröl|vegy|levesz|vedd|kivesz)\w*.{0,20}(?:engem|\ble\b|\bki\b|adat|cím|list)|(?:az adataim|a címem|a nevem).{0,20}(?:töröl|törl)\w*|(?:șterge|sterge|ștearg|elimin|scoate)\w*.{0,25}(?:\bm[ăa]\b|adresa|datele|lista)|m[ăa] (?:șterge|sterge|elimin|scoate)\w*|më (?:hiq|fshi)\w*",
    # Hebrew, Arabic, Persian, Hindi
    r"\b(?:הסר|הסירו|להסיר|תסיר\w*|מחק|מחקו|למחוק|תמחק\w*)\b|(?:إزال|ازال|احذف|حذف|أزيل|شطب|امسح)\w*.{0,25}(?:بريد|عنوان|اسمي|بيانات|من|كم)|حذف (?:کن|نمای)\w*|(?:सूची|लिस्ट|डेटाबेस).{0,15}(?:हटा|निकाल)|हटा (?:दें|दीजिए|दो)",
    # Thai, Vietnamese, Indonesian, Malay, Filipino
    r"ลบ.{0,30}(?:ออก|รายชื่อ|ข้อมูล)|(?:xóa|xoá|gỡ|loại|bỏ) .{0,20}(?:tôi|email|địa chỉ|danh sách|thông tin)|(?:hapus|keluarkan|hilangkan|buang|padam)\w* .{0,15}(?:saya|e-?mel|e-?mail|alamat|data|nama)|tanggalin .{0,12}ako",
    # Japanese, Chinese, Korean
    r"(?:登録|リスト|名簿|個人情報|アドレス|データ|情報).{0,10}(?:解除|削除|抹消|消去|外し)|(?:删除|刪除|移除|去掉|剔除).{0,14}(?:我|信息|邮箱|郵箱|資料|资料|名单|名單|列表|信箱|郵件)|(?:我|信息|邮箱|信箱|资料|資料|名单|名單).{0,10}(?:删除|移除|刪除|移出)|(?:명단|목록|리스트|데이터베이스|개인 ?정보|제 정보|메일 ?주소).{0,10}(?:삭제|제외|빼)",
)
"""Take me, or what you know of me, out."""

NO_MORE = _any(
    r"\bunsub(?:scribe(?: me)?)?\b|\bopt(?:ing)?[- ]?(?:me )?out\b|stop (?:all )?(?:e-?mail|mailing|contact|messag|writing|sending|spamming|communicat|reaching)\w*|(?:do not|don.?t|never|not) (?:e-?mail|contact|write|message|mail|bother|reach out|send)(?: to)? me\b|(?:do not|don.?t) send (?:me )?(?:any )?(?:more |further )?(?:e-?mails?|messages|mails?)|no (?:more|further) (?:e-?mails?|messages|mails?|contact|communication)",
    r"(?:not?|n.t) (?:wish|want|like|care) (?:for you )?(?:to (?:receive|be contacted|get|hear)).{0,40}|(?:rather|prefer) not (?:to )?(?:hear|be contacted|receive|get)|leave me alone|(?:cease|refrain from) .{0,20}(?:contact|communicat|e-?mail|messag|writ)\w*|withdraw (?:my )?consent|^\W*(?:please |pls )?(?:stop|stop it|remove|remove me|delete me|unsub|unsubscribe(?: me)?|opt ?out|cancel|end|quit)(?: please| pls| now| thanks?| thank you)?\W*$|not (?:to )?(?:be )?contact(?:ed)? me (?:again|further|any ?more)|sent this email to unsubscribe",
    r"\babmelden\b|abbestellen|austragen|keine (?:weiteren )?(?:e-?mails|mails|nachrichten|anfragen|kontakt|zusendung|werbung)|(?:nicht (?:mehr|weiter|wieder)|nie (?:mehr|wieder)) (?:\w+ ){0,2}(?:kontaktier|anschreib|angeschrieben|schreib|kontakt|an(?:mail|schreib)|belästig|zu?schick)|(?:möchte|will|wünsche) (?:\w+ ){0,2}keine|(?:schreib|mail|kontaktier)\w* (?:sie |ihr )?m(?:ir|ich)? (?:bitte )?(?:nie|nicht) (?:mehr|wieder)|unterlassen sie|(?:sehen|seht) (?:sie )?(?:bitte )?(?:künftig |in zukunft )?von .{0,30} ab\b",
    r"désabonn|désinscri|ne (?:plus|pas) (?:me |m.|nous )(?:\w+ )?(?:contact|écri|envo|sollicit|relanc|démarch)\w*|ne (?:me |m.)(?:contact|écri|envoy|sollicit|relanc|démarch)\w+ (?:plus|pas)|plus (?:recevoir|être (?:contact|sollicit|démarch|relanc)\w+|de (?:mails?|messages|courriels))|(?:arrêt|cess)\w+ de (?:me|m.)|ne (?:souhaite|veux|désire) (?:plus|pas) (?:recevoir|être)",
    r"no (?:me )?(?:vuelv\w+ a )?(?:contact|escrib|env[ií]|molest|mand|llam)\w+(?:me)?(?: m[aá]s| nunca)|no vuelv\w+ a (?:contactar|escribir|enviar|mandar|molestar)|no (?:quiero|deseo) (?:recibir|que me|m[aá]s|seguir)|no me (?:escrib|contact|env[ií]|molest|mand)\w+|dejen? de (?:enviar|escrib|contact|mand|molest)\w*|cancelar (?:la )?suscripci|no (?:em|m.|me) (?:torn\w+ a )?(?:escri|contact|envi)\w* (?:m[ée]s|més)|deixeu d",
    r"^\W*(?:descadastr|remov|cancel)\w+\W*$|não (?:quero|desejo) (?:mais )?(?:receber|ser|mais)|não (?:me |volt\w+ a |torn\w+ a )+(?:contact|contat|envi|mand|escrev)\w+|não (?:contact|contat|envi|mand|escrev)\w+[- ]?(?:me)? mais|parem? de (?:me|enviar|mandar|contat|contact)",
    r"non (?:voglio|desidero|vorrei|intendo) (?:più )?(?:ricevere|essere)|(?:non|di non) (?:essere|venire) (?:più |ulteriormente )?(?:contattat|disturbat)\w*|non (?:mi )?(?:contatt|scriv|invi|mand|disturb)\w+(?:mi)? (?:più|mai)|smett\w+ di (?:scriv|contatt|invi|mand)\w*|disiscriv\w+|annulla\w* l.iscrizione",
    r"afmelden|uitschrijven|geen (?:e-?mails?|berichten|mails?|contact) (?:meer|van)|(?:niet|nooit) (?:meer|langer) (?:\w+ ){0,3}(?:mail|contact|benader|schrijv|sturen|lastig)\w*|schrijf me uit|stop met (?:mail|stur|contact|schrijv)\w*|houd op",
    r"avregistrera|avprenumerera|inga (?:fler|mer|ytterligare) (?:mejl|mail|e-post|meddelanden)|kontakta (?:mig|oss)? ?(?:inte|aldrig)|(?:inte|ej) (?:bli )?kontakta[ds]?|sluta (?:skicka|mejla|maila|kontakta|skriv)|skicka (?:inga|inte)|(?:ikke|aldri|aldrig) (?:kontakt|skriv|send|henvend)\w*|(?:slutt (?:å|med)|stop med)|avmeld|meld meg av|afmeld|(?:ønsker|vil) ikke (?:å |at )?(?:flere|mere|mer|modtage|motta|få|høre|bli|blive)\b|ikke (?:flere|mer) (?:mails?|e-?post)|ekki (?:senda|skrifa|hafa samband)|peruuta tilaus|älk?ää? (?:enää )?(?:lähet|ota|kirjoit|laita|ottako)\w*|en halua (?:enää )?(?:saada|vastaanottaa|viest|sähköpost)\w*",
    r"nie (?:chcę|życzę sobie) (?:otrzymywać|dostawać|więcej|kontaktu)|(?:proszę )?(?:więcej )?(?:o )?nie ?(?:pisać|pisz|wysyłać|wysyłaj|przysyłać|kontaktować|pisanie|wysyłanie|kontaktowanie)\w*|^\W*wypisz\w*\W*$|rezygnuję z (?:otrzymywania|mailingu)|nechci (?:dostávat|dále|od)|(?:už|víc|viac|dále|ďalej)\b.{0,25}\bne(?:piš|posíl|posiel|kontakt|oslov|zasíl)\w*|ne(?:piš|posíl|posiel|kontaktuj|zasíl)\w* (?:mi |mě |ma )?.{0,10}(?:už|víc|viac)|neposielajte|odhlásit|odhlaste",
    r"(?:više|viac|več)\b.{0,15}\bne (?:šalj|piš|kontakt|pošilj|javlj)\w*|ne (?:šalj|piš|kontaktiraj|pošilj)\w*.{0,12}(?:više|več)|(?:више|повече|веќе)\b.{0,15}\bне (?:шаљ|пиш|контакт|пращ|изпращ)\w*|не ми (?:пиш|пращ|изпращ)\w*|odjav",
    r"ärge? (?:enam )?(?:kirjuta|saat|võt)\w*|ne(?:be)?(?:siųsk|siųst|rašyk|rašyt|susisiek)\w*|(?:vairs )?ne(?:rakst|sūt|sazin)\w*",
    r"отпи[сш](?:ать|аться|ите)|не (?:пишите|писать|присыла|беспоко|связыва|звон)\w*|больше (?:\w+ ){0,2}не (?:пиш|пис|присыл|беспок|отправ|связ)\w*|прекратите|не (?:надо|нужно) (?:мне )?(?:писать|присылать)|більше (?:\w+ ){0,2}не\b|не (?:пиш|надсила|турбу|контакт)\w*|відпис",
    r"μη(?:ν)? .{0,20}(?:στέλν|στείλ|γράφ|γράψ|επικοινων|ξανα)\w*|(?:bir daha|artık)\b.{0,30}(?:yazma|göndermey|iletişime geçme|atma|rahatsız etme|arama)\w*|abonelikten çık|(?:mail|e-?posta|mesaj) (?:atmayın|göndermeyin)|bana (?:yazma|mail)|ne (?:küld|írj|keress|zavar)\w*|leiratkoz|dezabon|nu mai (?:doresc|vreau|trimite|scrie|contacta)\w*|nu (?:îmi|imi|mă|ma|mi) .{0,8}(?:scri|trimit|contact|deranj)\w*",
    r"(?:הפסיק|תפסיק)\w*|(?:אל|לא|אין) (?:לשלוח|תשלח|לפנות|תפנ|ליצור|לכתוב|תכתב)\w*|(?:لا|عدم|توقف عن|التوقف عن) ?(?:مراسل|تراسل|إرسال|ارسال|الاتصال|تتصل|التواصل|ترسل|تتواصل)\w*|إلغاء (?:ال)?اشتراك|دیگر .{0,25}(?:نزنید|نفرستید|نکنید|نگیرید|ندهید)|لغو اشتراک|(?:ईमेल|संदेश|मेल|संपर्क).{0,6}(?:मत|न) (?:कर|भेज)\w*|सदस्यता (?:समाप्त|रद्द)",
    r"(?:ไม่ต้อง|อย่า|หยุด|เลิก|งด).{0,12}(?:ส่ง|ติดต่อ|อีเมล)|ยกเลิก(?:การ)?(?:รับ|สมัคร)|^\W*ยกเลิก\W*$|(?:đừng|ngừng|ngưng|dừng|xin không|vui lòng không) .{0,12}(?:gửi|liên (?:hệ|lạc)|viết|nhắn)|hủy đăng ký|(?:jangan|berhenti|stop) .{0,12}(?:kirim|menghubungi|hubungi|mengirim|hantar)\w*|huwag .{0,18}(?:mag|i-?email|kontak|padal)\w*",
    r"配信.{0,8}(?:停止|解除|不要|止め|中止)|(?:送信|送付|メール|連絡|案内|勧誘).{0,10}(?:停止|不要|控え|送らない|しない|やめて)|(?:もう|今後).{0,14}(?:送らない|連絡しない|メールしない|不要|お控え)|退订|退訂|取消订阅|取消訂閱|(?:不要|别|別|勿|停止|不再|不想)(?:再)?(?:给我|給我)?(?:发|發|联系|聯絡|聯繫|打扰|打擾|寄|收到|接收)|수신 ?거부|(?:메일|연락|이메일|메시지).{0,10}(?:보내지|주지|하지) ?(?:마|말)\w*|구독 ?(?:취소|해지)|그만 ?(?:보내|연락)|더 ?이상 .{0,12}(?:보내지|연락하지|받고 싶지)|연락하지",
)
"""Send nothing more."""

NOT_FROM_A_LIST = _any(
    r"(?:from|of|for) (?:the |further |your |this |any )?(?:consideration|process|running|candida|shortlist|role|position|interview)",
    r"bewerb|kandidat|auswahl|prozess|verfahren|\bstelle\b|candidat|procédure|processus|\bposte\b|proceso|procés|processo|seleção|selección|selezione|procedure|sollicitatie|\bvacature|rekrut|rekry|stanowisk|aplikac|proces|výběrov|výberov|konkurs|процес|отбор|ваканс|кандидат|ansök|ansøg|søknad|tjänst|stilling|haku|διαδικασία|başvuru|jelentkez|pályáz|選考|応募|应聘|應徵|招聘流程|전형|지원",
)
"""Out of what somebody declines: of a process, not of a list."""

NOT_MEANT = _any(
    r"how (?:do|can) (?:i|we) unsubscribe|(?:already|just|i) unsubscribed|(?:click|link|button).{0,40}unsubscribe|to unsubscribe(?! from the message)|unsubscribe (?:link|from this (?:list|newsletter) (?:by|at|click))|not unsubscribe|(?:phone|call|cc|wait(?:ing)?) ?list",
    r"(?:no need|not necessary|needn.t|don.t|do not|not yet|rather not|without|please don.t)(?: have)?(?: to)? (?:unsubscribe|remove me|take me off|delete me|stop (?:writing|e-?mailing))|(?:don.?t|do not|never) (?:e-?mail|contact|write|message|mail) (?:to )?me (?:before|until|by phone|at (?:work|my work|this)|on (?:this|my|week)|here|during|today|tomorrow|this|via|through|in the|about)|contacted (?:about|for|regarding|on) ",
    r"\b(?:calls?|attachments?|phone)\b.{0,20}$|\b(?:rather|instead)\b(?! not)|nicht (?:mehr|weiter) (?:auf|unter|vor|tagsüber|telefonisch)|bis (?:zum|ende|nächst)|\b(?:avant|antes d[eo]|prima d[ei])\b|(?:nicht|brauchen?|müssen|nicht nötig).{0,30}(?:abmelden|austragen|streichen|löschen|entfernen)\b.{0,10}$|(?:müssen|brauchen|musst|brauchst)\b.{0,30}\bnicht\b.{0,40}(?:abmelden|austragen|streichen|löschen|entfernen)|behöver inte|(?:behøver|trenger) (?:ikke|å ikke)|(?:inutile|pas (?:la peine|besoin)) de|no (?:hace falta|es necesario|necesit)|não (?:é preciso|precis)|non (?:serve|occorre|c.è bisogno)|(?:hoef|hoeft)\w* (?:me |mij )?niet|nie (?:trzeba|musi|wypis|usuw)|ne töröl|no cal\b|lien de désinscription|abmeldelink|link de (?:baja|desinscri)",
)
"""What uses the same words and means something else."""
