"""What only its manner of answering gives away: no header says that a machine wrote it."""

QUOTED = "\n\nOn Fri, Jan 2, 2026 at 09:00 Ana <ana@recruiters.example> wrote:\n> A role for you.\n"

UNDER_A_SUBJECT_OF_ITS_OWN = (
    ("Prombūtne", "Labdien! Esmu atvaļinājumā līdz 10. augustam. Steidzami zvaniet 67 000 000."),
    ("Puhkusel", "Tere! Olen maal ja postkasti ei loe. Vastan 29. juunist alates." + QUOTED),
    ("Kiitos viestistäsi", "Viestisi on vastaanotettu ja pyrimme vastaamaan pian."),
    ("Out on leave", "This mailbox owner is out on maternity leave through May 1." + QUOTED),
    ("Tack för din ansökan", "Vi har tagit emot din ansökan och återkommer så snart vi kan."),
)
"""Answers (In-Reply-To) under another subject than ours, and without the mark of an answer."""

SET_PHRASES = (
    "Thank you. I am on leave until May. Your e-mail will not be forwarded.",
    "Ich bin krankheitsbedingt nicht im Dienst. Ihre E-Mail wird nicht weitergeleitet.",
    "Ihre Nachricht ist in der Praxis eingegangen. Rezepte liegen morgen bereit.",
    "Thank you for contacting the careers inbox. This confirms that your email was received.",
    "Bureaux fermés jusqu'au 5 mai. En cas d'urgence, appelez le standard.",
)
"""Written once for whoever writes, though they quote our mail."""

OF_PEOPLE = (
    "I'm out of the country. For urgent matters call my wife. Otherwise next week.",
    "Kollege Meier ist nicht mehr im Unternehmen, ich habe die Nachricht nicht weitergeleitet.",
    "Ya no trabajo en Globex. En caso de urgencia llámame al 600 123 123.",
    "M. Perrin a quitté l'entreprise. C'est moi qui recrute ; même en cas d'urgence.",
    "Ihre Nachricht ist angekommen, melde mich morgen.",
    "I have received your message and will answer properly tomorrow.",
    "I am on leave until May. Let's talk then, in urgent cases call me.",
    "Ich bin ab Montag im Urlaub. Rufen Sie mich am 15. an.",
    "Je suis en congé jusqu'en mai. Recontactez-moi à ce moment là !",
    "다음 주는 휴가라 메일 확인이 어렵습니다. 20일 이후에 다시 연락 주세요.",
)
"""People who quote our mail and say the like: to us."""

UNDER_ANOTHER_SUBJECT = (
    ("Hello Tom", "I'm no longer with Globex, you can use this private address." + QUOTED),
    ("Thanks", "Thank you for your message. I will respond by Friday." + QUOTED),
    ("Automatic email QA engineer", "No thanks, I stay."),
    ("Out-of-office role in Berlin", "I am on leave till March." + QUOTED),
    ("*** EXTERN *** Re: A role", "I am on leave till March. Call me then." + QUOTED),
    ("Quick thoughts", "Sorry, I have left the company. Write to my private address."),
    ("My CV", "Please find my CV attached. In urgent matters my phone is 123."),
    ("A role", "I am currently travelling, will answer when I am back on Monday."),
    ("Interested!", "I am on parental leave until June. Let me know if that is a problem."),
    ("Réponse à votre message", "Je suis en congé maternité, recontactez-moi en mai."),
    ("Ihre Anfrage", "Ich bin bis Montag im Urlaub. Klingt aber interessant, melde mich."),
    ("Out of office party?", "Funny subject. I am on vacation but interested."),
)
"""People who answer under a subject of their own."""

PASSED_ON = (
    "[ILUG] Jo Doe/Dublin/IE is out of the office.",
    "Out of Office AutoReply: A role",
    "Jo Doe is out of the office",
)
"""Subjects of notes that reach us through a list or a group's address."""
