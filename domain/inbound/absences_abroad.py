"""What machines that answer for people say in the smaller languages: a row each.

Stems, since most of these languages bend their words. None of them decides alone: people write the
same words, and whoever asks looks at who sends, and how.
"""

from typing import NamedTuple


class Speech(NamedTuple):
    """How one language, or some close ones, say it."""

    away: str  #: On leave, not in the office, not reading mail.
    received: str  #: What you sent has arrived.
    urgent: str  #: In urgent matters.


SPEECH = {
    "et": Speech(
        r"puhkusel|puhkan\b|kontorist väljas|ei viibi kontoris|postkasti ei loe|lähetuses",
        r"kir(?:i|ja) (?:on )?kätte|täname (?:teid )?(?:kirja|pöördumise)",
        r"kiireloomuli|pakilis",
    ),
    "lv": Speech(
        r"atvaļinājum|prombūtn|neesmu birojā|komandējum",
        r"jūsu (?:ziņ|vēstul|e-past|pieteikum)\w*.{0,30}saņem",
        r"steidzam",
    ),
    "lt": Speech(
        r"atostog|nesu biure|komandiruot|dirbti grįšiu",
        r"jūsu (?:laišk|žinut|užklaus)\w*.{0,30}(?:gaut|gavome)",
        r"skubi(?:ais|os)|skubos",
    ),
    "cs, sk": Speech(
        r"na dovolen(?:é|ke)|mimo kancelári|nie som v (?:kancelárii|práci)|nejsem v (?:kanceláři|práci)",
        r"(?:vašu správu|váš e-?mail|vaši zprávu).{0,30}(?:prijali|dostali|obdržal|přijali)",
        r"súrn|naliehav|neodkladn|urgentn",
    ),
    "sl": Speech(
        r"na dopustu|odsot(?:en|na|nost)|nisem v pisarni",
        r"vaše sporočilo.{0,30}prejel|prejeli smo",
        r"nujn(?:ih|o|em|ega)",
    ),
    "hr, sr, bs": Speech(
        r"godišnj\w* odmor|odsut(?:an|na)|nisam u (?:uredu|kancelariji)|годишњ\w* одмор|одсут(?:ан|на)|нисам у канцеларији",
        r"vaš\w* (?:poruk|upit|mail|e-mail|prijav)\w*.{0,30}(?:primlj|zaprim)|ваш\w* порук\w*.{0,30}примљ",
        r"hitn(?:im|o|ih|e)\b|хитн",
    ),
    "bg, mk": Speech(
        r"в отпуск|отсъства|извън офиса|годишен одмор|отсутен",
        r"съобщение\w*.{0,30}получен|пораката.{0,20}примена",
        r"спешн|итн(?:о|и)\b",
    ),
    "uk, be": Speech(
        r"у відпустці|відсутн|у відрядженні|у адпачынку|адсутн",
        r"(?:лист|повідомлення|звернення|запит).{0,30}(?:отриман|зареєстр|прийнят)|отримали ваш",
        r"термінов|невідкладн",
    ),
    "el": Speech(
        r"(?:σε|με) άδεια|απουσι[άα]|εκτός (?:γραφείου|έδρας)|διακοπές",
        r"(?:μήνυμ|αίτημ|e-?mail)\w*.{0,30}(?:λήφθηκε|παραλήφθηκε|ελήφθη)|(?:λάβαμε|παραλάβαμε) το",
        r"επείγ",
    ),
    "tr, az": Speech(
        r"izinde\w*|tatilde\w*|yurt dışında|məzuniyyət",
        r"(?:mesaj|e-?posta|talep|başvuru|müraciət)\w*.{0,30}(?:alınmış|tarafımıza|ulaşmış|qəbul edil)",
        r"acil|təcili",
    ),
    "hu": Speech(
        r"szabadság|nem vagyok (?:elérhető|az irodában)|távol vagyok|házon kívül",
        r"(?:levelé|üzeneté|megkeresésé)t.{0,40}(?:megkap|fogad|rögzít)",
        r"sürgős",
    ),
    "ro": Speech(
        r"concediu|nu sunt (?:la birou|disponibil)|delegați|în afara biroului",
        r"(?:mesajul|solicitarea|e-?mailul|cererea).{0,30}(?:primit|înregistrat|recepționat)",
        r"urgen[țt]",
    ),
    "he": Speech(
        r"בחופש|לא במשרד|נעדר|מחוץ למשרד",
        r"(?:פנייתך|פנייתכם|הודעתך|הודעתכם|המייל).{0,30}(?:התקבל|נקלט)",
        r"דחופ|דחוף",
    ),
    "ar": Speech(
        r"إجازة|اجازة|خارج المكتب|لست في المكتب|في سفر|المكتب مغلق",
        r"(?:رسالتك|طلبك|بريدك)\w*.{0,25}(?:استلام|تلقي|وصل)|(?:تم|لقد) (?:استلام|تلقي)(?:نا)?",
        r"عاجل|طارئ|الطارئة",
    ),
    "fa": Speech(
        r"مرخصی|دسترسی ندارم|در دفتر (?:نیستم|نخواهم)",
        r"(?:پیام|ایمیل|درخواست) شما.{0,25}(?:دریافت|ثبت)",
        r"فوری|ضروری|اضطراری",
    ),
    "hi, bn, ur": Speech(
        r"छुट्टी|छुट्टियों|अवकाश पर|कार्यालय से बाहर|ছুটিতে|چھٹی پر",
        r"(?:ईमेल|संदेश|अनुरोध|आवेदन).{0,30}(?:प्राप्त|मिल गया)|পেয়েছি|موصول ہو",
        r"तत्काल|अत्यावश्यक|জরুরি|فوری",
    ),
    "th": Speech(
        r"ลาพัก|ลาหยุด|ลากิจ|ลาคลอด|ไม่อยู่(?:ที่)?(?:สำนักงาน|ออฟฟิศ)|พักร้อน|บริษัทหยุด|ปิดทำการ",
        r"ได้รับ(?:อีเมล|ข้อความ|เรื่อง)",
        r"เร่งด่วน|เรื่องด่วน",
    ),
    "vi": Speech(
        r"nghỉ (?:phép|lễ|tết|thai sản)|vắng mặt|không có mặt tại|đi công tác",
        r"(?:đã|tiếp) nhận được (?:thư|email|yêu cầu|tin|hồ sơ)",
        r"khẩn cấp|việc gấp|trường hợp gấp",
    ),
    "id, ms": Speech(
        r"(?:sedang|tengah) (?:ber)?cuti|bercuti|di luar (?:kantor|pejabat)|tidak berada di (?:kantor|pejabat)|dinas luar",
        r"(?:pesan|e-?mail|e-mel|permintaan|pertanyaan|mesej)\w*.{0,40}(?:(?:telah|sudah) (?:kami )?(?:terima|diterima))",
        r"mendesak|darurat|kecemasan",
    ),
    "tl, sw, af": Speech(
        r"naka-?leave|wala sa opisina|naka-?bakasyon|likizo|sipo ofisini|met verlof|nie op kantoor|uit die kantoor",
        r"natanggap (?:na )?namin|tumepokea|jou (?:boodskap|e-pos).{0,20}ontvang",
        r"dharura|apurahan",
    ),
    "is": Speech(
        r"í (?:fríi|orlofi|sumarfríi)|ekki við (?:vinnu|til)",
        r"(?:póst|erindi|fyrirspurn)\w*.{0,30}(?:móttek|borist)",
        r"áríðandi|brýn",
    ),
    "ca, gl, eu": Speech(
        r"de vacances|fora de l.oficina|de vacacións|fóra da oficina|oporretan|opor aldian|bulegotik kanpo",
        r"hem rebut el (?:teu|vostre|seu)|recibimos a (?:túa|súa)|jaso dugu",
        r"urxen|premiazko",
    ),
    "cy, ga": Speech(
        r"ar (?:fy )?(?:gwyliau|wyliau)|allan o.r swyddfa|as oifig|ar saoire",
        r"wedi derbyn eich|fuarthas do",
        r"brys\b|práinn",
    ),
    "sq": Speech(
        r"me pushime|në pushim|jashtë zyrës",
        r"kemi marrë (?:mesazhin|kërkesën)|mesazhi juaj.{0,20}mor",
        r"urgjen",
    ),
    "ka, hy, kk": Speech(
        r"შვებულება|არ ვარ ოფისში|արձակուրդ|демалыс",
        r"მივიღეთ|მიღებულია|ստացվել|ստացել ենք|қабылданды",
        r"სასწრაფო|გადაუდებ|շտապ|шұғыл",
    ),
    "ja": Speech(
        r"休暇|不在|休業|育休|産休|出張|夏季休|年末年始",
        r"(?:受け付け|受付|受領|受信)(?:いた|致|し|完了)",
        r"緊急|お急ぎ|至急",
    ),
    "zh": Speech(
        r"休假|年假|产假|產假|放假|请假|請假|出差|不在(?:办公室|辦公室|公司)",
        r"(?:来信|來信|邮件|郵件|请求|請求|咨询|諮詢|工单|问题|反馈|留言|申请|申請|简历)[^。,，]{0,20}(?:已|经)[^。,，]{0,4}(?:收到|受理|提交|接收)",
        r"紧急|急事|緊急|如有急",
    ),
    "ko": Speech(
        r"휴가|부재|출장|휴직|연차|자리를 비",
        r"(?:메일|문의|요청|접수).{0,20}(?:접수되|접수가|수신되|완료되)",
        r"급한|긴급|급하신",
    ),
}

AWAY = "|".join(one.away for one in SPEECH.values())
RECEIVED = "|".join(one.received for one in SPEECH.values())
URGENT = "|".join(one.urgent for one in SPEECH.values())
