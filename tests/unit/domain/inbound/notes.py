"""Machines' answers as they are set up in many countries: subject, text, what it is, the day back.

All arrive on Friday, 2 January 2026.
"""

from datetime import date

from domain.inbound.verdict import AutoKind

A, L, R, O = AutoKind.ABSENCE, AutoKind.LEFT, AutoKind.ACKNOWLEDGEMENT, AutoKind.OTHER  # noqa: E741


def d(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


NOTES: tuple[tuple[str, str, AutoKind, date | None], ...] = (
    # English
    (
        "Automatic reply: A role",
        "I am out of the office until 5 January. For urgent matters please contact Sam.",
        A,
        d(1, 5),
    ),
    (
        "Automatic reply: A role",
        "Thank you for your email. I am on annual leave and will be back on Monday 12th January 2026.",
        A,
        d(1, 12),
    ),
    (
        "Out of Office Re: A role",
        "I will be out of the office from December 24, 2025 through January 6, 2026 with limited access to email.",
        A,
        d(1, 7),
    ),
    (
        "Automatic reply: A role",
        "I'm away from 1 to 12 January. If it is urgent, call +351 210 000 000.",
        A,
        d(1, 13),
    ),
    (
        "Out of office",
        "I am on vacation, returning on 2026-01-19. Please contact my colleague in the meantime.",
        A,
        d(1, 19),
    ),
    ("Auto: A role", "I am out of office returning Monday.", A, d(1, 5)),
    (
        "Automatic reply: A role",
        "I am out of the office this week and will return next Wednesday.",
        A,
        d(1, 7),
    ),
    ("OOO: A role", "Out today, back tomorrow.", A, d(1, 3)),
    ("Automatic reply: A role", "I'm on parental leave until the end of June.", A, d(7, 1)),
    (
        "Automatic reply: A role",
        "I am on maternity leave. I will be back in September 2026.",
        A,
        d(9, 1),
    ),
    (
        "Automatic reply: A role",
        "Hello, I will be out of the office 12/24/2025 - 1/8/2026.",
        A,
        d(1, 9),
    ),
    (
        "Automatic reply: A role",
        "I am currently out of the office with no access to email. I will reply on my return.",
        A,
        None,
    ),
    ("Automatic reply: A role", "I am travelling and will answer as soon as I can.", A, None),
    ("Autoreply", "Our office is closed for the holidays. We reopen on January 5th.", A, d(1, 5)),
    (
        "Automatic reply: A role",
        "Jo Doe is no longer with Gone Ltd. Please direct your mail to hr@gone.example.",
        L,
        None,
    ),
    (
        "Automatic reply: A role",
        "Please note that I have left the company. Contact Sam for everything.",
        L,
        None,
    ),
    ("Automatic reply: A role", "This mailbox is no longer monitored.", L, None),
    (
        "Automatic reply: [##1234##] A role",
        "We have received your request. A ticket has been created, number 1234.",
        R,
        None,
    ),
    (
        "Thank you for contacting Gone Ltd",
        "This is an automated response. Thank you for your message, our team will get back to you within 2 business days.",
        R,
        None,
    ),
    ("Automatic reply: A role", "Hello and welcome. I answer mail once a day at noon.", O, None),
    # German
    (
        "Automatische Antwort: A role",
        "Ich bin bis einschließlich 05.01.2026 nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.",
        A,
        d(1, 6),
    ),
    (
        "Abwesenheitsnotiz: A role",
        "Vielen Dank für Ihre Nachricht. Ich bin vom 22. Dezember bis 9. Januar im Urlaub. In dringenden Fällen wenden Sie sich an Sam.",
        A,
        d(1, 10),
    ),
    ("Automatische Antwort: A role", "Ich bin ab dem 12.1. wieder für Sie da.", A, d(1, 12)),
    (
        "Abwesenheit: A role",
        "Ich bin derzeit nicht im Haus und am Montag wieder erreichbar.",
        A,
        d(1, 5),
    ),
    ("Automatische Antwort: A role", "Herr Doe ist nicht mehr für die Firma tätig.", L, None),
    (
        "Eingangsbestätigung",
        "Vielen Dank, wir haben Ihre Nachricht erhalten und melden uns in Kürze.",
        R,
        None,
    ),
    # French
    (
        "Réponse automatique : A role",
        "Je suis absent jusqu'au 5 janvier inclus. En cas d'urgence, contactez Sam.",
        A,
        d(1, 6),
    ),
    (
        "Réponse automatique : A role",
        "Bonjour, je suis en congé et serai de retour le lundi 12 janvier.",
        A,
        d(1, 12),
    ),
    ("Absence du bureau", "Je suis absente du 24/12/2025 au 06/01/2026.", A, d(1, 7)),
    ("Réponse automatique : A role", "Mme Doe ne fait plus partie de la société.", L, None),
    (
        "Accusé de réception",
        "Nous avons bien reçu votre message et vous répondrons dans les meilleurs délais.",
        R,
        None,
    ),
    # Spanish
    (
        "Respuesta automática: A role",
        "Estoy fuera de la oficina hasta el 7 de enero. Para temas urgentes, por favor contacte con Sam.",
        A,
        d(1, 7),
    ),
    (
        "Respuesta automática: A role",
        "Estaré de vacaciones del 22 de diciembre al 8 de enero.",
        A,
        d(1, 9),
    ),
    ("Respuesta automática: A role", "Estoy ausente, regreso el lunes 12/01/2026.", A, d(1, 12)),
    ("Respuesta automática: A role", "Jo Doe ya no trabaja en esta empresa.", L, None),
    (
        "Respuesta automática",
        "Hemos recibido su mensaje y le responderemos a la mayor brevedad.",
        R,
        None,
    ),
    # Portuguese
    (
        "Resposta automática: A role",
        "Estou de férias até 9 de janeiro. Em caso de urgência contacte o Sam.",
        A,
        d(1, 9),
    ),
    (
        "Resposta automática: A role",
        "Estarei ausente de 24/12 a 06/01. Retorno em 07/01/2026.",
        A,
        d(1, 7),
    ),
    ("Resposta automática: A role", "O colaborador não faz mais parte da empresa.", L, None),
    ("Resposta automática", "Recebemos a sua mensagem e responderemos em breve.", R, None),
    # Italian
    (
        "Risposta automatica: A role",
        "Sono in ferie fino al 6 gennaio compreso. Per urgenze rivolgersi a Sam.",
        A,
        d(1, 7),
    ),
    (
        "Risposta automatica: A role",
        "Sono assente dall'ufficio, rientro il 12/01/2026.",
        A,
        d(1, 12),
    ),
    ("Fuori sede", "Sono fuori ufficio dal 23 dicembre al 7 gennaio.", A, d(1, 8)),
    ("Risposta automatica: A role", "Jo Doe non lavora più per la nostra azienda.", L, None),
    # Dutch
    (
        "Automatisch antwoord: A role",
        "Ik ben afwezig t/m 9 januari. Voor dringende zaken kunt u contact opnemen met Sam.",
        A,
        d(1, 10),
    ),
    (
        "Automatisch antwoord: A role",
        "Ik ben met vakantie en vanaf maandag 12 januari weer aanwezig.",
        A,
        d(1, 12),
    ),
    ("Automatisch antwoord: A role", "Jo Doe is niet meer werkzaam bij ons.", L, None),
    # Nordic
    ("Autosvar: A role", "Jag är på semester till och med 9 januari.", A, d(1, 10)),
    ("Automatiskt svar: A role", "Jag är inte på kontoret. Åter den 12 januari.", A, d(1, 12)),
    (
        "Automatisk svar: A role",
        "Jeg er på ferie og er tilbage mandag den 12. januar.",
        A,
        d(1, 12),
    ),
    ("Automatisk svar: A role", "Jeg er ikke på kontoret til 5. januar.", A, d(1, 5)),
    ("Automaattinen vastaus: A role", "Olen lomalla 9.1. asti.", A, None),
    ("Automaattinen vastaus: A role", "Olen vuosilomalla, palaan töihin 12.1.2026.", A, d(1, 12)),
    # Slavic
    (
        "Automatyczna odpowiedź: A role",
        "Jestem na urlopie do 9 stycznia 2026. W pilnych sprawach proszę o kontakt z Sam.",
        A,
        d(1, 9),
    ),
    ("Automatická odpověď: A role", "Jsem na dovolené do 9. ledna 2026.", A, d(1, 9)),
    (
        "Автоматический ответ: A role",
        "Я в отпуске до 9 января. По срочным вопросам обращайтесь к Сэму.",
        A,
        d(1, 9),
    ),
    ("Автоответ", "Буду отсутствовать с 1 по 11 января 2026.", A, d(1, 12)),
    ("Автоматический ответ: A role", "Сотрудник больше не работает в компании.", L, None),
    ("Автоматична відповідь: A role", "Я у відпустці до 9 січня.", A, d(1, 9)),
    # Others
    ("Automatikus válasz: A role", "Szabadságon vagyok január 9-ig.", A, None),
    ("Răspuns automat: A role", "Sunt în concediu până pe 9 ianuarie.", A, d(1, 9)),
    ("Otomatik Yanıt: A role", "9 Ocak tarihine kadar izindeyim.", A, None),
    ("Αυτόματη απάντηση: A role", "Απουσιάζω από το γραφείο.", A, None),
    ("自動応答: A role", "1月9日まで不在にしております。", A, d(1, 10)),
    ("自動返信", "休暇のため、2026年1月12日に戻ります。", A, d(1, 12)),
    ("自動返信", "お問い合わせを受け付けました。担当者よりご連絡いたします。", R, None),
    ("自动答复: A role", "我正在休假，将于1月12日回来。", A, d(1, 12)),
    ("自動回覆: A role", "我目前外出，2026年1月9日前無法回覆。", A, d(1, 9)),
    ("자동 회신: A role", "휴가 중입니다. 1월 12일에 복귀합니다.", A, d(1, 12)),
    ("رد تلقائي: A role", "أنا خارج المكتب.", A, None),
    ("מענה אוטומטי: A role", "אני בחופשה.", A, None),
)

BY_HEADERS: tuple[tuple[str, str], ...] = (
    ("RFC 3834", "Auto-Submitted: auto-replied\n"),
    ("with a comment", "Auto-Submitted: auto-replied (vacation)\n"),
    ("Zimbra", "Auto-Submitted: auto-replied (zimbra; type=vacation)\nPrecedence: bulk\n"),
    ("Gmail", "Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\n"),
    (
        "Exchange",
        "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: jo@mail.example\n",
    ),
    (
        "Exchange Online",
        "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n",
    ),
    ("Apple", "X-Apple-Action: vacation\n"),
    ("cPanel", "X-Autorespond: A role\nPrecedence: auto_reply\n"),
    ("vacation(1)", "Precedence: junk\nAuto-Submitted: auto-replied\nReturn-Path: <>\n"),
    ("void", "Return-Path: <>\n"),
    ("Yahoo", "X-Autoreply: yes\n"),
    ("Horde", "X-Vacation: yes\n"),
)

NOT_MARKED: tuple[str, ...] = (
    "I am currently out of the office with limited access to e-mail. For urgent matters please contact Sam.",
    "Thank you for your email. I'm on annual leave until 12 January. In my absence please contact sam@mail.example.",
    "This is an automatic reply. I am out of the office.",
    "Hello,\nI will be out of the office until Monday. If you need immediate assistance, please call reception.",
    "Ich bin bis 12.1. nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Sam.",
    "Je suis absent jusqu'au 12 janvier. En cas d'urgence, veuillez contacter Sam.",
    "Estoy fuera de la oficina hasta el 12 de enero. En caso de urgencia, por favor contacte con Sam.",
    "Sono assente fino al 12 gennaio. Per questioni urgenti rivolgersi a Sam.",
    "Ik ben afwezig tot 12 januari. Voor dringende zaken kunt u Sam bereiken.",
    "This is an automated message: we have received your e-mail. Please do not reply to this message.",
)
"""Absence notes that no header and no subject gives away."""

CHALLENGES: tuple[tuple[str, str], ...] = (
    (
        "A role",
        "I apologize for this automatic reply to your email. To control spam, I now allow incoming messages only from senders I have approved. Click the link below to confirm that you are a human.",
    ),
    (
        "Re: A role (Action Required)",
        'Hello Ana,\n\nYour message about "A role" was waitlisted.\n\nPlease add yourself to my Guest List so your messages will be delivered to my Inbox. Use the link below.\n\nBoxbe',
    ),
    (
        "Re: A role",
        "This account is protected by Shield. Please click on the following link to have your address added to the recipient's allowed list and to ensure delivery of your email.",
    ),
)
