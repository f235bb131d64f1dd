"""What services write without a single header of bulk: told by sender and words together."""

SERVICES: tuple[tuple[str, str, str], ...] = (
    (
        '"Amazon.de" <bestellbestaetigung@amazon.de>',
        "Ihre Bestellung",
        "Vielen Dank, Ana. Bestellnr. 302-88.",
    ),
    (
        "DocuSign EU System <dse_eu1@docusign.net>",
        "Completed: NDA.pdf",
        "Your document has been completed.",
    ),
    ("home.pl <faktury@home.pl>", "Faktura VAT 10/2026", "W załączeniu przesyłamy fakturę."),
    (
        "Veeam <backup@recruiters.example>",
        "[Failed] Backup job",
        "Error: unable to connect to host.",
    ),
    (
        "nagios <nagios@mon.recruiters.example>",
        "** PROBLEM: SMTP is CRITICAL **",
        "State: CRITICAL",
    ),
    (
        "阿里云 <system@notice.aliyun.com>",
        "【阿里云】域名到期提醒",
        "尊敬的用户：您的域名将于30天后到期。",
    ),
    (
        "XING <mailrobot@mail.xing.com>",
        "Petra hat Ihre Kontaktanfrage bestätigt",
        "Petra ist jetzt Ihr Kontakt.",
    ),
    (
        "Lufthansa Feedback <feedback@mailing.lh-survey.com>",
        "How was your flight?",
        "If you do not wish to receive further invitations, click here.",
    ),
    (
        "IT Service <it-service@recruiters.example>",
        "Your password will expire in 7 days",
        "This is an automated message.",
    ),
    ("Nubank <nao-responda@nubank.com.br>", "Seu comprovante", "Sua transferência foi realizada."),
    (
        "sipgate <voicemail@sipgate.de>",
        "Neue Sprachnachricht",
        "Die Aufnahme finden Sie im Anhang.",
    ),
    (
        "UPS <mcinfo@ups.com>",
        "UPS Delivery Exception",
        "Your package delivery has been delayed. The receiver was not available.",
    ),
    (
        "DMARC Report <dmarcreport@microsoft.com>",
        "Report Domain: recruiters.example Submitter: x",
        "Please do not respond to this e-mail. This mailbox is not monitored.",
    ),
)
PUBLICATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "fool@paper.example",
        "Resolutions you can keep",
        "Start the year well. " * 90 + "To unsubscribe, visit http://paper.example/leave",
    ),
    (
        "dailyslang@paper.example",
        "Slang of the day",
        "Are you a blimp? To unsubscribe write to us. Copyright 2002 Paper. All rights reserved. "
        "http://a.example http://b.example http://c.example http://d.example",
    ),
    (
        "michael@paper.example",
        "Michael's minute",
        "Dear reader, this week I look at prices again. "
        * 12
        + "You are receiving this since you asked for it. http://1.example http://2.example "
        "http://3.example http://4.example",
    ),
)
"""Sender, subject and text of what is written for many, without a header that says so."""

PEOPLE: tuple[tuple[str, str, str], ...] = (
    (
        "jo.doe@mail.example",
        "As discussed",
        "Hi Ana,\nas discussed here are the details. "
        + "Led the newsletter platform, built unsubscribe flows. " * 30
        + "http://1.example http://2.example http://3.example http://4.example",
    ),
    (
        "jo.doe@mail.example",
        "Five days",
        "I do not subscribe to the idea of five office days. " * 40 + "© 2026 Globex Ltd.",
    ),
    (
        "jo.doe@mail.example",
        "My CV",
        "Dear Ana, please find my CV below. "
        + "Senior engineer, Go and Python. " * 60
        + "Privacy policy: you may store my data. http://1.example http://2.example",
    ),
    (
        "jo.doe@mail.example",
        "Hello again",
        "Thanks for your mail. I write a newsletter with 2,000 subscribers. " * 20
        + "http://1.example http://2.example http://3.example http://4.example",
    ),
    ("Jo Doe <jo@doe.example>", "Your mail", "Hello Ana, I saw your message on my phone. Call me?"),
    ("Jo Doe <jo.doe@mail.example>", "Your role", "I would like to know the salary."),
    ("Jo Doe <info@doe-consulting.example>", "Termin", "Hallo Ana, passt Dienstag?"),
    (
        "Nadia via LinkedIn <inmail-hit-reply@linkedin.com>",
        "RE: Engineer",
        "Sounds cool. Reply: https://www.linkedin.com/messaging",
    ),
)
"""Who writes without answering, and is a person all the same."""
