"""Mail that has nothing to do with what we sent, or only confirms it: (name, head, text)."""

BULK: tuple[tuple[str, str, str], ...] = (
    (
        "a newsletter",
        "From: Shop <news@shop.example>\nSubject: 20% off everything\nList-Unsubscribe: <https://shop.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
        "Dear customer, see our offers. Unsubscribe here.",
    ),
    (
        "a newsletter from a person's name",
        "From: Ana of Letters <ana@letters.example>\nSubject: What I read in January\nList-Id: <letters.example>\nList-Unsubscribe: <mailto:leave@letters.example>\nFeedback-ID: 1:2:x\n",
        "Hello friends, I am out of the office of my mind. Reply to this mail and tell me what you read!",
    ),
    (
        "a newsletter that a service sends",
        "From: Team <team@product.example>\nSubject: New in version 7\nX-Mailgun-Sid: WyJ\nX-Campaign-Id: 7\n",
        "We have received your requests and built them.",
    ),
    (
        "Mailchimp",
        "From: Us <us@firm.example>\nSubject: January news\nX-MC-User: 1\nX-Campaign: 2\nPrecedence: bulk\n",
        "View this email in your browser",
    ),
    (
        "an announcement",
        "From: Project <project@lists.example>\nSubject: [announce] 2.0 released\nList-Id: <announce.lists.example>\nPrecedence: bulk\nList-Post: NO\n",
        "Version 2.0 is out.",
    ),
    (
        "a digest of a list",
        "From: users-request@lists.example\nSubject: users Digest, Vol 3, Issue 9\nPrecedence: list\nList-Id: <users.lists.example>\n",
        "Send users mailing list submissions to...\n\nToday's Topics:\n\n   1. Re: out of office (Jo)\n",
    ),
    (
        "a digest of a group",
        "From: users@groups.example\nSubject: Digest for users@groups.example - 5 updates in 3 topics\nList-Id: <users.groups.example>\nPrecedence: list\n",
        "Topic digest",
    ),
    ("an invoice", "From: billing@host.example\nSubject: Invoice 7\n", "Your invoice is attached."),
    (
        "an order",
        "From: no-reply@shop.example\nSubject: Your order has been shipped\n",
        "It will arrive on Monday.",
    ),
    (
        "a password",
        "From: Security <noreply@site.example>\nSubject: Reset your password\n",
        "Click here.",
    ),
    (
        "a job board",
        "From: Jobs <alerts@jobs.example>\nSubject: 12 new jobs for you\nList-Unsubscribe: <https://jobs.example/u>\n",
        "See them.",
    ),
    (
        "a network's notice",
        "From: Network <notifications-noreply@network.example>\nSubject: Jo viewed your profile\nX-LinkedIn-Class: EMAIL-DEFAULT\n",
        "See who.",
    ),
    (
        "a repository's notice",
        "From: jo <notifications@hub.example>\nSubject: Re: [a/b] It fails (#7)\nIn-Reply-To: <a/b/issues/7@hub.example>\nX-GitHub-Reason: mention\nList-Unsubscribe: <https://hub.example/u>\nPrecedence: list\n",
        "I see the same.",
    ),
    (
        "a tracker's notice",
        "From: bugzilla_noreply@bugs.example\nSubject: [app] [Bug 7] It fails\nIn-Reply-To: <bug-7@bugs.example>\nAuto-Submitted: auto-generated\n",
        "--- Comment #3 from Jo ---\nI see it, too.",
    ),
    (
        "a build",
        "From: ci@build.example\nSubject: Build failed\nAuto-Submitted: auto-generated\n",
        "The build of main failed.",
    ),
    (
        "cron",
        "From: root@host.example (Cron Daemon)\nSubject: Cron <root@host> backup\nAuto-Submitted: auto-generated\nX-Cron-Env: <SHELL=/bin/sh>\n",
        "done",
    ),
    (
        "a report",
        "From: reports@x.example\nSubject: Weekly report\nPrecedence: bulk\n",
        "Numbers of the week.",
    ),
    (
        "a German newsletter",
        "From: Laden <newsletter@laden.example>\nSubject: Unsere Angebote\nList-Unsubscribe: <https://laden.example/u>\n",
        "Sie möchten keinen Newsletter mehr? Hier abmelden.",
    ),
    (
        "a Japanese mail magazine",
        "From: shop <mag@shop.example>\nSubject: 【メルマガ】新商品\nPrecedence: bulk\nList-Unsubscribe: <https://shop.example/u>\n",
        "配信停止はこちら",
    ),
    (
        "a receipt of payment",
        "From: receipts@pay.example\nSubject: Your receipt from Firm\nX-SES-Outgoing: 2026\nFeedback-ID: 1\n",
        "Amount: 7",
    ),
    (
        "a survey",
        "From: Survey <survey@firm.example>\nSubject: How did we do?\nX-SG-EID: abc\n",
        "Tell us. To leave, unsubscribe here.",
    ),
    (
        "a DMARC report",
        "From: noreply-dmarc-support@provider.example\nSubject: Report Domain: recruiters.example Submitter: provider.example Report-ID: 7\n",
        "",
    ),
    (
        "a list's reminder",
        "From: mailman-owner@lists.example\nSubject: lists.example mailing list memberships reminder\nPrecedence: bulk\nX-List-Administrivia: yes\nList-Id: <mailman.lists.example>\n",
        "This is a reminder, sent out once a month.",
    ),
)

MODERATION: tuple[tuple[str, str, str], ...] = (
    (
        "held by a list",
        "From: users-bounces@lists.example\nSubject: Your message to users awaits moderator approval\nPrecedence: bulk\nX-List-Administrivia: yes\nList-Id: <users.lists.example>\nX-BeenThere: users@lists.example\n",
        "Your mail to 'users' with the subject\n\n    A role\n\nIs being held until the list moderator can review it for approval.\n\nThe reason it is being held:\n\n    Post by non-member to a members-only list",
    ),
    (
        "held, and answering",
        "From: users-owner@lists.example\nSubject: Your message to users awaits moderator approval\nAuto-Submitted: auto-replied\nIn-Reply-To: <1@recruiters.example>\nPrecedence: bulk\n",
        "Is being held until the list moderator can review it for approval.",
    ),
    (
        "a list that wants to be confirmed",
        "From: users-help@lists.example\nSubject: confirm subscribe to users@lists.example\nPrecedence: bulk\nList-Post: <mailto:users@lists.example>\n",
        "To confirm that you would like to be added, please send an empty reply.",
    ),
)

RECEIPTS: tuple[tuple[str, str, str], ...] = (
    (
        "English",
        "Read: A role",
        "Your message\n\n   To: Jo\n   Subject: A role\n   Sent: Friday, 2 January 2026 10:00\n\nwas read on Friday, 2 January 2026 11:00.",
    ),
    (
        "not read",
        "Not read: A role",
        "Your message\n\n   To: Jo\n   Subject: A role\n\nwas deleted without being read on Friday, 2 January 2026 11:00.",
    ),
    (
        "Thunderbird",
        "Return Receipt (displayed) - A role",
        "This is a Return Receipt for the mail that you sent to jo@mail.example.\n\nNote: This Return Receipt only acknowledges that the message was displayed on the recipient's computer.",
    ),
    (
        "German",
        "Gelesen: A role",
        "Ihre Nachricht\n\n   An: Jo\n   Betreff: A role\n\nwurde am Freitag, 2. Januar 2026 11:00 gelesen.",
    ),
    (
        "French",
        "Lu : A role",
        "Votre message\n\n   À : Jo\n   Objet : A role\n\na été lu le vendredi 2 janvier 2026 11:00.",
    ),
    (
        "Spanish",
        "Leído: A role",
        "El mensaje\n\n   Para: Jo\n   Asunto: A role\n\nse leyó el viernes, 2 de enero de 2026 11:00.",
    ),
    (
        "Italian",
        "Letto: A role",
        "Il messaggio\n\n   A: Jo\n   Oggetto: A role\n\nè stato letto venerdì 2 gennaio 2026 11:00.",
    ),
    (
        "Portuguese",
        "Lida: A role",
        "A sua mensagem\n\n   Para: Jo\n\nfoi lida sexta-feira, 2 de janeiro de 2026 11:00.",
    ),
    (
        "Dutch",
        "Gelezen: A role",
        "Uw bericht\n\n   Aan: Jo\n\nis gelezen op vrijdag 2 januari 2026 11:00.",
    ),
    ("Swedish", "Läst: A role", "Meddelandet\n\n   Till: Jo\n\nlästes den 2 januari 2026 11:00."),
    (
        "Polish",
        "Przeczytano: A role",
        "Wiadomość\n\n   Do: Jo\n\nzostała przeczytana 2 stycznia 2026 11:00.",
    ),
    (
        "Russian",
        "Прочтено: A role",
        "Ваше сообщение\n\n   Кому: Jo\n\nбыло прочитано 2 января 2026 г. 11:00.",
    ),
    (
        "Japanese",
        "開封済み: A role",
        "次の宛先に送信したメッセージは\n\n2026/01/02 11:00 に開封されました。",
    ),
    ("Chinese", "已读: A role", "您的邮件\n\n于 2026年1月2日 11:00 已被阅读。"),
    (
        "delivered",
        "Delivered: A role",
        "Your message has been delivered to the following recipients:\n\nJo (jo@mail.example)\n\nSubject: A role",
    ),
)

CALENDARS: tuple[tuple[str, str], ...] = (
    ("Accepted: Interview @ Tue Jan 6, 2026", "REPLY"),
    ("Declined: Interview", "REPLY"),
    ("Tentative: Interview", "REPLY"),
    ("Zugesagt: Gespräch", "REPLY"),
    ("Abgelehnt: Gespräch", "REPLY"),
    ("Accepté : Entretien", "REPLY"),
    ("Aceptado: Entrevista", "REPLY"),
    ("Accettato: Colloquio", "REPLY"),
    ("Geaccepteerd: Gesprek", "REPLY"),
    ("承諾: 面接", "REPLY"),
    ("已接受: 面试", "REPLY"),
    ("Invitation: Interview @ Tue Jan 6, 2026", "REQUEST"),
    ("Updated invitation: Interview", "REQUEST"),
    ("Canceled event: Interview", "CANCEL"),
    ("New Time Proposed: Interview", "COUNTER"),
)
