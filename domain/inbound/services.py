"""Recognises the mail of services by several weak signs together: who sends, and in what words.

Asked only of mail that answers nothing: people who were written to answer.
"""

import re

from domain.inbound.keen import KEEN
from domain.inbound.parsing import ReceivedMail

_ROLE = re.compile(
    r"(?i)^(?:[\w.-]*(?:robot|daemon|notification|notice|invoice|newsletter|noreply|report)s?|(?:e-?mail|it|kunden|customer|client|user|member|web)?-?(?:service|support|care|desk|admin|center|master)s?"
    r"|asiakaspalvelu|kundtjänst|kundeservice|klantenservice|assistance|assistenza|soporte|suporte|atendimento|obsluga|team|news|updates?|redaktion|redaction|editor|blog|digest|weekly|daily|feedback|survey|umfrage|nps|billing|accounting|buchhaltung|fakturace|faktur\w*|factura\w*|fattur\w*|rechnung\w*|facturation|payments?|pay|zahlung|bestell\w*|orders?|pedidos?|commandes?|ordini|zamowienia|auftrag|versand|shipping|shipment|tracking|delivery|livraison|paket|parcel"
    r"|backup|nas|nagios|zabbix|icinga|prometheus|grafana|monitor\w*|uptime|status|cron|root|admin|system|server|helpdesk|voicemail|voice|fax|scan\w*|scanner|printer|kopierer|quarant\w*|spam|security|sicherheit|alerts?|alarm|expiry|dmarc\w*|tls-?rpt|abuse|postmaster|mailer|bot|bots|message|messages|members?|membership|community|events?|tagung|webinars?|seminar|dse\w*|calendar|kalender|agenda|reminders?|tickets?|booking\w*|reservations?|reservas|buchung\w*|accounts?|konto|account-\w+|verify|verification|login|auth|registration|register|anmeldung|welcome|marketing|promo\w*|offers?|angebote?|deals?|shop|store|sales?|club|docs?|esign|o365\w*|service\w*)(?:[+._-][\w.+-]*)?@"
)
_OFFICE = re.compile(
    r"(?i)^(?:info|contact|kontakt|hello|hi|hallo|office|talent|jobs?|careers?|karriere|recruit\w*|hr|bewerb\w*|sekretariat|praxis|kanzlei|mail|cs|kefu|cskh|segreteria|secretar\w+|sekretar\w+|accueil|recepci\w+|reception|empfang|verwaltung|personal\w*|rekry\w*|jobb?|werkenbij|vacatures|empleo|rrhh|emploi|tuyendung|praca|kariera|kariyer|bewerbung\w*|candidatur\w*|selecci\w+|selezione|bookings?|enquir\w+|inquir\w+|zentrale|buero|kontor|toimisto|bureau|oficina|ufficio|biuro)(?:[+._-][\w.+-]*)?@"
)
_MAILING_HOST = re.compile(
    r"(?i)@(?:[\w-]+\.)?(?:lists?|e?mail\d*|mailing|mailer|em\d*|news|newsletter|notice|notify|notifications?|send|mg|marketing|updates?|messaging|mon|monitor|alerts?|reply|bounce\w*|email\w*|crm|campaigns?|accounts|service|click)\.[\w-]+\.\w+"
)
_SERVICE_NAME = re.compile(
    r"(?i)\b(?:team|support|service|system|bot|notifications?|feedback|newsletter|alerts?|center|centre|billing|helpdesk|customer|kundenservice|reports?|security|academy|weekly|daily|digest|monitoring|backup|scanner|voicemail|quarant\w+|news)\b|通知|事務局|サポート|客服|알림|고객"
)
_BOUNCE_PATH = re.compile(r"(?i)bounces?[+=@_-]|msprvs\d|[0-9a-f]{16,}")
OF_SENDERS = (
    "feedback-id",
    "x-mailgun-sid",
    "x-sg-eid",
    "x-mandrill-user",
    "x-ses-outgoing",
    "x-report-abuse",
    "x-mj-mid",
    "x-amazon-mail-relay-type",
)
"""Headers of those who send for others: newsletters, and people's mail as well."""

_SENDS_FOR_OTHERS = (
    *OF_SENDERS,
    "list-unsubscribe",
    "x-hs-cid",
    "x-mailer-recptid",
    "x-api-host",
    "x-campaign",
    "x-msys-api",
    "x-pm-message-id",
)

_WORDS = re.compile(
    r"(?i)(?:do not|don't|cannot|not) (?:reply|respond) to this|(?:this is an |sent )auto(?:mated|matically)|unsubscribe|manage (?:your )?(?:preferences|subscription|notification)|view (?:this |it )?(?:e-?mail |message )?(?:in|online)|click (?:here|the link|the button|below|on)|you(?:'re| are| have been)? (?:receiv\w+|subscrib\w+|got) this|(?:log|sign) in to (?:your|see|view)|privacy policy|all rights reserved|©|dear (?:customer|user|member|subscriber|valued|client|sir)|your (?:order|account|password|subscription|invoice|payment|booking|reservation|parcel|package|shipment|delivery|certificate|statement|domain|trial|document has|backup|voicemail|flight|ticket|bounce rate)|no action is required|action (?:is )?required|update your payment|has (?:been )?(?:completed|shipped|expired|declined to sign|failed)|will expire|(?:service|host|state|notification type): |verification code|one-time|we noticed|learn (?:how|more)|register now|download (?:the|our|your)|limited time|backup job|unable to connect|held messages|release (?:the|your|all|this)"
    r"|automatisch (?:erstellt|generiert|versendet|erzeugt)|nicht auf diese|abmelden|abbestellen|klicken sie|klick auf|im browser|sehr geehrte(?:r)? (?:kund|benutzer|nutzer|damen)|ihr(?:e|en|er)? (?:bestell|rechnung|konto|kennwort|passwort|buchung|anmeldung|sendung|paket|abo|vertrag|sicherungs|reise|fahrkarte|kontakt|artikel)\w*|bestell(?:nr|nummer)|(?:jetzt|hier) (?:\w+ )?(?:anmelden|sichern|bestätigen|ansehen|buchen|kontakt)|pro person|quarantäne|datenschutz|impressum|sprachnachricht"
    r"|ne (?:pas )?répond(?:re|ez)|cliquez|se désinscrire|désabonn|cher client|votre (?:commande|facture|compte|mot de passe|colis|réservation|abonnement|livraison)|haga clic|no responda|darse de baja|estimado cliente|(?:su|tu) (?:pedido|factura|cuenta|contraseña|reserva|suscripción|pago)|clicca|non rispondere|gentile (?:cliente|abbonat|utente)|(?:il|la) (?:tuo|tua|suo|sua|vostr\w) (?:ordine|fattura|account|prenotazione|abbonamento)|in questo numero|não responda|clique|(?:seu|sua) (?:pedido|fatura|conta|senha|assinatura|compra)|klik hier|afmelden|uw (?:bestelling|factuur|account|pakket|reservering)|geachte klant|klicka|din (?:order|beställning|faktura|konto)|klik her|kliknij|faktur\w+|prosimy (?:na nią )?nie odpowiadać|twoj\w+ (?:zamówienie|konto|hasło|przesyłka)|szanown\w+ klien|otomatik olarak|tıklayın|sayın müşteri|siparişiniz|faturanız|нажмите|отписаться|не отвечайте|ваш\w* (?:заказ|аккаунт|счет|счёт|пароль|подписк)\w*|уважаемый (?:клиент|пользователь)"
    r"|このメールは|配信停止|クリック|ご注文|ご利用|お客様|お知らせ|请勿回复|請勿回覆|尊敬的|系统自动|退订|您的(?:订单|账户|账号|域名|密码|包裹)|点击|수신거부|고객님|클릭|주문|발신 ?전용|회원"
)
_SUBJECT = re.compile(
    r"(?i)^\W*[\[【*]|\bagenda\b|held messages|delivery|shipment|tracking|\bnewsletter|digest|weekly|webinar|notification|\balert\b|invoice|receipt|order|password|security|verify|confirm|statement|report|payment|trial|expir|welcome|reminder|survey|how was|your |completed:|declined:|% off|\bsale\b|backup|quarant"
    r"|rechnung|bestell|buchung|anmeldung|sicherung|sprachnachricht|sichern|ihre? (?:bestell|rechnung|konto|buchung|\w*\.de)|kontaktanfrage|passwort|quarantäne|facture|commande|colis|votre (?:commande|facture|compte)|factura|pedido|su (?:pedido|factura|cuenta)|fattura|ordine|novità|faktur|zamówieni|twoj\w+ (?:konto|zam)|uw (?:bestelling|factuur)|din (?:order|faktura)|fatura|заказ|счет|ваш\w* (?:заказ|сч[её]т)|ご注文|お知らせ|メルマガ|通知|提醒|订单|账单|광고|안내|주문"
)


def is_service(mail: ReceivedMail) -> bool:
    """Say whether a service sent it: in two ways by its sender, or in one with its words.

    Somebody who wants to hear more is no service, whatever they are called.
    """
    if KEEN.search(mail.shown[:2_000]):
        return False
    who = looks_of_sender(mail)
    said = bool(_WORDS.search(mail.shown[:20_000])) + bool(_SUBJECT.search(mail.subject))
    return who >= 2 or (who == 1 and said == 2)


def is_office(mail: ReceivedMail) -> bool:
    """Say whether its sender looks like an office's, which may confirm what it received."""
    return looks_of_sender(mail) > 0 or _OFFICE.match(mail.from_address) is not None


def looks_of_sender(mail: ReceivedMail) -> int:
    """Count in how many ways its sender looks like a service's."""
    return (
        bool(_ROLE.match(mail.from_address))
        + bool(_MAILING_HOST.search(mail.from_address))
        + (_is_brand(mail) or bool(_SERVICE_NAME.search(mail.from_name)))
        + (
            mail.has(*_SENDS_FOR_OTHERS)
            or bool(_BOUNCE_PATH.search(mail.header("return-path")[:320]))
        )
    )


def _is_brand(mail: ReceivedMail) -> bool:
    """Say whether the sender goes by the name of their domain, and is no person with one of theirs."""
    local, _, domain = mail.from_address.rpartition("@")
    if local in mail.from_name.lower().split():
        return False
    labels = domain.split(".")
    names = {_letters(one) for one in (*labels, ".".join(labels[-2:]))}
    return len(_letters(mail.from_name)) >= 3 and _letters(mail.from_name) in names


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())
