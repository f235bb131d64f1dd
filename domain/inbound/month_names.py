"""Names of months and weekdays as mails write them, folded: lower case, without accents."""

MONTHS: dict[str, int] = {}
"""Every name and abbreviation of a month, to its number."""

_MONTHS = """
january jan januar janv janvier enero ene janeiro gennaio gen januari jaanuar stycznia styczen sty ledna leden led januara января январь янв січня січень січ ianuarie ian januar ocak oca tammikuuta tammikuu ianouariou ιανουαριου ιαν siječnja
february feb februar fevr fevrier fev febrero fevereiro febbraio februari lutego luty lut unora unor uno februara февраля февраль фев февр лютого лютий лют februarie februar subat sub helmikuuta helmikuu φεβρουαριου φεβ veljace
march mar marz maerz mrz mars marzo março marco maart mrt marca marzec brezna brezen bre марта март мар березня березень бер martie marcius mart maaliskuuta maaliskuu μαρτιου μαρ ozujka
april apr avril avr abril abr aprile kwietnia kwiecien kwi dubna duben dub aprila апреля апрель апр квітня квітень квіт aprilie aprilis nisan nis huhtikuuta huhtikuu απριλιου απρ travnja
may mai mayo maio mag maggio mei maj maja kvetna kveten kve мая май травня травень трав majus mayis toukokuuta toukokuu μαιου μαι svibnja
june jun juni juin junio junho giugno giu czerwca czerwiec cze cervna cerven juna июня июнь июн червня червень черв iunie iun junius haziran haz kesakuuta kesakuu ιουνιου ιουν lipnja
july jul juli juil juillet julio julho luglio lug lipca lipiec lip cervence cervenec jula июля июль июл липня липень лип iulie iul julius temmuz tem heinakuuta heinakuu ιουλιου ιουλ srpnja
august aug aout agosto ago augustus augusti sierpnia sierpien sie srpna srpen augusta августа август авг серпня серпень серп augusztus agustos elokuuta elokuu αυγουστου αυγ kolovoza
september sep sept septembre septiembre set setembro settembre wrzesnia wrzesien wrz zari septembra сентября сентябрь сен сент вересня вересень вер septembrie szeptember eylul eyl syyskuuta syyskuu σεπτεμβριου σεπ rujna
october oct oktober okt octobre octubre outubro out ottobre ott pazdziernika pazdziernik paz rijna rijen oktobra октября октябрь окт жовтня жовтень жовт octombrie ekim eki lokakuuta lokakuu οκτωβριου οκτ listopada
november nov novembre noviembre novembro noviembre listopad lis listopadu novembra ноября ноябрь ноя листопада листопад лист noiembrie kasim kas marraskuuta marraskuu νοεμβριου νοε studenoga
december dec dezember dez decembre diciembre dic dezembro dicembre grudnia grudzien gru prosince prosinec decembra декабря декабрь дек грудня грудень груд decembrie aralik ara joulukuuta joulukuu δεκεμβριου δεκ prosinca
"""

WEEKDAYS: dict[str, int] = {}
"""Every name of a weekday, to its number (Monday is 0)."""

_WEEKDAYS = """
monday mon montag mo lundi lunes lunedi segunda-feira segunda maandag mandag poniedzialek poniedzialku pondeli понедельник понедельника понедилок luni hetfo pazartesi maanantai maanantaina måndag
tuesday tue tues dienstag mardi martes martedi terca-feira terca dinsdag tisdag tirsdag wtorek utery вторник marti kedd sali tiistai tiistaina
wednesday wed mittwoch mercredi miercoles mercoledi quarta-feira quarta woensdag onsdag sroda srode streda stredu среда среду miercuri szerda carsamba keskiviikko keskiviikkona
thursday thu thur thurs donnerstag jeudi jueves giovedi quinta-feira quinta donderdag torsdag czwartek ctvrtek четверг joi csutortok persembe torstai torstaina
friday fri freitag vendredi viernes venerdi sexta-feira sexta vrijdag fredag piatek patek пятница пятницу vineri pentek cuma perjantai perjantaina
saturday samstag sonnabend samedi sabado sabato zaterdag lordag sobota суббота sambata szombat cumartesi lauantai
sunday sonntag dimanche domingo domenica zondag sondag niedziela nedele воскресенье duminica vasarnap pazar sunnuntai
"""


def _fill(table: dict[str, int], lines: str, first: int) -> None:
    for number, line in enumerate(lines.strip().splitlines(), start=first):
        for name in line.split():
            table.setdefault(name, number)


_fill(MONTHS, _MONTHS, 1)
_fill(WEEKDAYS, _WEEKDAYS, 0)
