"""Mails of people and of machines other than mail systems: (name, head, text, what it is)."""

QUOTE = """

On Fri, 2 Jan 2026 at 10:00, Ana <ana@recruiters.example> wrote:
> Hello Jo, I am out of the office but have a role for you.
> Reply "unsubscribe" and we stop. This message could not be delivered?
"""
RE = "From: Jo <jo@mail.example>\nSubject: Re: A role\nIn-Reply-To: <1@recruiters.example>\n"
NEW = "From: Jo <jo@mail.example>\nSubject: A role\n"

REPLIES: tuple[str, ...] = (
    "Sounds interesting, tell me more.",
    "Thanks, but I am happy where I am.",
    "Not now. Ask me again in spring, please.",
    "I'm out of the office until Monday, but I am interested: can we talk on Tuesday?",
    "My colleague Sam may like this. I have copied him.",
    "Is it remote? What is the salary range?",
    "I had the mailbox full problem last week, sorry for the late answer. Yes, let's talk.",
    "Please call me on +351 210 000 000.",
    "Yes",
    "👍",
    "Could you stop by our office on Friday instead?",
    "I no longer work in sales, but I would consider engineering roles. What do you have?",
    "Klingt spannend. Wann können wir telefonieren?",
    "Vielen Dank für Ihre Nachricht, aber ich suche derzeit nichts Neues.",
    "Merci pour votre message, je suis intéressé. Quand pouvons-nous parler ?",
    "Bonjour, je ne suis pas disponible avant juin.",
    "Hola, me interesa. ¿Cuál es el salario?",
    "Gracias, pero ahora no busco trabajo.",
    "Olá, tenho interesse. Podemos falar amanhã?",
    "Ciao, mi interessa molto. Quando ci sentiamo?",
    "Klinkt goed, bel me morgen maar.",
    "Tack, men jag är nöjd där jag är.",
    "Tak, det lyder spændende.",
    "Kiitos, kuulostaa mielenkiintoiselta.",
    "Dziękuję, jestem zainteresowany.",
    "Děkuji, ozvěte se mi prosím zítra.",
    "Köszönöm, érdekel.",
    "Mulțumesc, sună bine.",
    "Teşekkürler, ilgileniyorum.",
    "Спасибо, мне интересно. Когда созвонимся?",
    "Дякую, цікаво. Розкажіть більше.",
    "Ευχαριστώ, με ενδιαφέρει.",
    "ありがとうございます。ぜひお話を聞かせてください。",
    "谢谢，我很感兴趣。",
    "감사합니다. 관심 있습니다.",
    "شكرا، أنا مهتم.",
    "תודה, אני מעוניין.",
)

OPT_OUTS: tuple[str, ...] = (
    "Unsubscribe",
    "unsubscribe me please",
    "Please remove me from your list.",
    "Take me off your mailing list!",
    "Stop emailing me.",
    "Don't contact me again",
    "STOP",
    "Bitte nehmen Sie mich aus dem Verteiler. Keine weiteren E-Mails.",
    "Merci de me désinscrire de votre liste.",
    "Por favor, darme de baja.",
    "Não quero mais receber estes e-mails.",
    "Non desidero più ricevere messaggi.",
    "Graag afmelden.",
    "Отпишите меня, пожалуйста. Не пишите мне больше.",
    "配信停止をお願いします。",
    "请不要再发邮件给我，退订。",
)

ABSENCES: tuple[tuple[str, str, str], ...] = (
    ("Automatic reply: A role", "X-Auto-Response-Suppress: All\n", "I am out until 12 January."),
    ("Re: A role", "Auto-Submitted: auto-replied\n", "I will be back on Monday."),
    ("Out of Office: A role", "", "I am on annual leave with limited access to e-mail."),
    ("Abwesenheitsnotiz: A role", "", "Ich bin bis zum 12.1. nicht im Büro."),
    ("Automatische Antwort: A role", "", "Ich bin im Urlaub."),
    ("Réponse automatique : A role", "", "Je suis absent jusqu'au 12 janvier."),
    ("Respuesta automática: A role", "", "Estoy fuera de la oficina."),
    ("Risposta automatica: A role", "", "Sono in ferie fino al 12 gennaio."),
    ("Resposta automática: A role", "", "Estou de férias."),
    ("Automatisch antwoord: A role", "", "Ik ben afwezig."),
    ("Autosvar: A role", "", "Jag är på semester."),
    ("Автоматический ответ: A role", "", "Я в отпуске."),
    ("自動応答: A role", "", "不在にしております。"),
    ("자동 회신: A role", "", "부재중입니다."),
    ("Re: A role", "Precedence: auto_reply\n", "Thanks for your mail."),
    ("A role", "X-Autoreply: yes\n", "Thank you."),
    (
        "We received your message [#1234]",
        "Auto-Submitted: auto-replied\n",
        "Ticket #1234 was opened.",
    ),
    (
        "Re: A role",
        "X-Auto-Response-Suppress: All\n",
        "Thank you for contacting us. We will reply soon.",
    ),
    ("Re: A role", "Auto-Submitted: auto-generated\n", "Jo is no longer with the company."),
)

HARMLESS: tuple[tuple[str, str, str], ...] = (
    (
        "Our newsletter",
        "From: News <news@shop.example>\nList-Unsubscribe: <mailto:u@x>\n",
        "Sale! To unsubscribe click here.",
    ),
    (
        "users Digest, Vol 3, Issue 9",
        "From: users-request@lists.example\nPrecedence: list\n",
        "Today's Topics: 1. Hello",
    ),
    ("Your invoice", "From: no-reply@shop.example\n", "Invoice 7 is attached."),
    (
        "Build failed",
        "From: ci@build.example\nAuto-Submitted: auto-generated\n",
        "The build of main failed.",
    ),
    ("Weekly report", "From: reports@x.example\nPrecedence: bulk\n", "Numbers of the week."),
)
