"""The words of notices in other languages than English, by what they mean."""

GONE: tuple[str, ...] = (
    r"(?:benutzer|empfänger|empfaenger|adresse|postfach|konto)\b.{0,60}(?:unbekannt|nicht (?:gefunden|bekannt|vorhanden|existent)|existiert nicht|gibt es nicht|ungültig)|unbekannte[rn]? (?:benutzer|empfänger)|\bnicht im (?:domino|adress|benutzer)?-?(?:verzeichnis|buch)",
    r"(?:utilisateur|destinataire|adresse|compte|boite|boîte)\b.{0,60}(?:inconnu|inexistant|invalide|n.existe p|introuvable)|non répertorié|non recensé|impossible de trouver",
    r"(?:usuario|destinatario|direcci[oó]n|cuenta|buz[oó]n)\b.{0,40}(?:desconocid|no existe|inv[aá]lid|inexistente|no (?:se |fue |ha sido )?encontr)|no existe (?:dicha|ese|el)|no se (?:ha |pudo |puede )?(?:encontr\w+|localiz\w+).{0,24}(?:direcci|destinat|usuario|cuenta|buz)",
    r"(?:usu[aá]rio|destinat[aá]rio|endere[cç]o|conta)\b.{0,40}(?:desconhecid|n[aã]o existe|inv[aá]lid|inexistente|n[aã]o (?:foi )?(?:encontrad|localizad))|n[aã]o foi poss[ií]vel (?:encontrar|localizar).{0,24}(?:endere|destinat|usu|conta)",
    r"(?:utente|indirizzo|casella|destinatario)\b.{0,40}(?:sconosciut|inesistente|non (?:esiste|(?:è stat[oa] )?trovat|valid))|impossibile trovare.{0,24}(?:indirizzo|destinatario|utente)|nessun utente",
    r"(?:adres|gebruiker|ontvanger|geadresseerde|postbus)\b.{0,60}(?:niet (?:worden )?gevonden|bestaat niet|onbekend|ongeldig)|adres.{0,40}kan niet worden gevonden|onbekende (?:gebruiker|ontvanger)",
    r"(?:inte|ikke|ei) (?:att )?(?:hitta|finne|finde)\w*.{0,40}(?:adress|e-post|e-mail|mottag|modtag)|(?:adress|mottagare|användare|modtager|mottaker|bruger|bruker)\w*.{0,50}(?:finns inte|hittades inte|okänd|(?:blev|ble) ikke (?:fundet|funnet)|findes ikke|finnes ikke|ukendt|ukjent)|(?:okänd|ukjent|ukendt) (?:användare|bruker|bruger|mottagare|mottaker|modtager)",
    r"(?:osoite|vastaanottaja|käyttäjä)\w*.{0,40}(?:ei (?:löyty|löydy|ole olemassa)|tuntematon)|tuntematon (?:käyttäjä|vastaanottaja)",
    r"nie (?:można|udało się) (?:odnaleźć|znaleźć).{0,40}adres|nie znaleziono.{0,24}(?:adres|odbiorc|użytkown)|nie ma (?:takiego|takiej)|(?:adres|odbiorca|u[żz]ytkownik|skrzynka)\b.{0,40}nie istnieje|nieznany (?:u[żz]ytkownik|odbiorca|adres)",
    r"(?:adres|příjemce|uživatel|schránk|adresát)\w*.{0,40}(?:nebyl\w* nalezen|neexistuje|nelze najít|neznám)|nezn[aá]m[ýy] (?:u[zž]ivatel|adres|p[rř][ií]jemce|pou[zž][ií]vate[lľ])|používateľ.{0,20}neexistuje",
    r"(?:cím|címzett|felhasználó)\w*.{0,40}(?:nem (?:található|létezik)|ismeretlen)|ismeretlen (?:felhaszn[aá]l[oó]|c[ií]mzett)|(?:adresa|destinatar|utilizator)\w*.{0,40}(?:nu (?:a fost găsit|exist)|necunoscut|inexistent)|utilizator (?:necunoscut|inexistent)",
    r"(?:adres|kullan[ıi]c[ıi]|al[ıi]c[ıi])\w*.{0,40}(?:bulunamad|mevcut değil|geçersiz|bilinm)|(?:διεύθυνση|παραλήπτη|χρήστη)\w*.{0,40}(?:δεν βρέθηκε|δεν υπάρχει|άγνωστ)",
    r"не удалось найти.{0,40}(?:адрес|получател|пользовател)|(?:адрес|получател|пользовател|ящик)\w*.{0,60}(?:не (?:найден|существует|зарегистрирован)|неизвест)|так(?:ого)? (?:адреса|пользователя).{0,12}(?:нет|не существует)|(?:адрес|одержувач|користувач)\w*.{0,40}(?:не знайден|не існує|невідом)",
    r"宛先.{0,20}(?:不明|存在|見つかり)|あて先.{0,20}(?:不明|存在しな|見つかり)|アドレス.{0,12}(?:見つかり|存在しな|不明)|ユーザ.{0,10}(?:不明|存在)|ディレクトリには?見つかりません",
    r"(?:找不到|未找到|查无|查無|无此|無此).{0,16}(?:地址|收件人|用户|用戶|使用者|帳|账|信箱|邮箱)|(?:地址|收件人|用户|用戶|使用者|邮箱|郵箱|账号|帳號).{0,40}不存在|不存在(?:该|此|的)|用户不存在",
    r"주소를? 찾을 수 없|(?:수신자|받는 사람|사용자|계정|주소).{0,24}(?:없습니다|없음|존재하지)|لم يتم العثور على (?:ال)?عنوان|العنوان غير (?:موجود|صحيح)|הכתובת (?:לא נמצאה|אינה)|ไม่พบที่อยู่|không tìm thấy địa chỉ|alamat tidak ditemukan",
)
FULL: tuple[str, ...] = (
    r"postfach.{0,40}\bvoll\b|speicher(?:platz|volumen|kontingent)|(?:bo[iî]te|messagerie)\b.{0,50}pleine|(?:casilla|bandeja|buz[oó]n)\b.{0,50}llen[oa]|caixa\b.{0,50}cheia|(?:casella|cassetta)\b.{0,50}piena|postvak\b.{0,40}\bvol\b|(?:postl[aå]da|postkasse|innboks|indbakke)\w*.{0,40}full|postilaatikko.{0,40}täynn",
    r"skrzynka.{0,50}(?:pełna|przepełnion|zapełnion)|schránk\w*.{0,40}pln[áa]|postafiók.{0,40}megtelt|(?:căsuța|cutia).{0,40}plin|(?:posta )?kutusu.{0,40}dolu|переполнен|превышен\w* (?:квот|лимит).{0,20}(?:ящик|мест)|メールボックス.{0,12}(?:いっぱい|一杯|満杯|容量)|(?:邮箱|信箱|郵箱).{0,16}(?:已满|已滿|满了|空间不足)|(?:사서함|편지함|메일함).{0,16}(?:가득|꽉|초과)",
)
CLOSED: tuple[str, ...] = (
    r"(?:konto|postfach|adresse|benutzer)\b.{0,40}(?:deaktiviert|gelöscht|geschlossen|nicht mehr (?:aktiv|in gebrauch|gültig))|(?:compte|adresse|boîte)\b.{0,40}(?:désactivé|supprimé|fermé|clôturé|archiv)|(?:cuenta|buz[oó]n)\b.{0,40}(?:desactivad|deshabilitad|cerrad|eliminad|cancelad)|conta\b.{0,40}(?:desativad|desactivad|encerrad|cancelad|excluíd)|(?:casella|account|utente)\b.{0,40}(?:disattivat|disabilitat|chius[oa])",
    r"(?:adresse|postfach|konto|mail)\b.{0,50}(?:wird|ist) nicht (?:mehr )?(?:verwendet|genutzt|benutzt|gelesen|in gebrauch|aktiv)|n.est plus (?:utilis|activ|valid|en service)\w*|ya no (?:se usa|está en uso|existe|es válid)|non è più (?:attiv|in uso|valid)\w*|já não (?:existe|está em uso)|niet (?:meer|langer) in gebruik|(?:används|brukes|bruges) (?:inte|ikke) (?:längre|lenger|længere)",
    r"(?:konto|skrzynka)\b.{0,40}(?:nieaktywn|zablokowan|usunięt)|(?:ящик|аккаунт|учетн\w+ запис)\w*.{0,30}(?:отключен|удален|заблокирован|деактивирован)|(?:账号|账户|帳號|帳戶|邮箱).{0,16}(?:停用|注销|關閉|已关闭|禁用)|계정.{0,16}(?:비활성|삭제|정지)",
)
