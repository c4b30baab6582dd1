"""Names of months as files have them, in the languages of those who write them; no word is two months.

Of Turkish, Polish and Norwegian not the three letters that are short for them, which are names of other things as well.
"""

_NAMES = (
    "jan january januar jän jänner jaenner janvier janv enero ene janeiro gennaio gen januari január ianuarie ocak "
    "styczeń stycznia leden ledna tammikuu январь января янв січень січня січ ιανουάριος ιανουαρίου",
    "feb february februar février fevrier févr fevr fév fev febrero fevereiro febbraio februari február februarie şub "
    "şubat luty lutego únor února helmikuu февраль февраля фев февр лютий лютого лют φεβρουάριος φεβρουαρίου",
    "mar march märz maerz mär mrz mars marzo março marco maart mrt marts maret machi mart március márc martie marzec "
    "marca březen března maaliskuu март марта мар березень березня бер μάρτιος μαρτίου",
    "apr april avril avr abril abr aprile aprili április ápr aprilie nisan kwiecień kwietnia duben dubna "
    "huhtikuu апрель апреля апр квітень квітня кві απρίλιος απριλίου",
    "may mai mayo maio maggio mag mei maj maja mayıs mayis május máj květen května toukokuu май мая травень травня тра "
    "μάιος μαΐου",
    "jun june juni juin junio junho giugno giu június jún iunie haziran czerwiec czerwca červen června "
    "kesäkuu июнь июня июн червень червня чер ιούνιος ιουνίου",
    "jul july juli juillet juil julio julho luglio lug julai július júl iulie temmuz lipiec lipca červenec "
    "července heinäkuu июль июля июл липень липня лип ιούλιος ιουλίου",
    "aug august août aout aoû agosto ago augustus augusti agustus agosti augusztus ağu ağustos agustos sierpień "
    "sierpnia srpen srpna elokuu август августа авг серпень серпня сер αύγουστος αυγούστου",
    "sep sept september septembre septiembre setembro settembre set septemba szeptember szept septembrie eylül "
    "wrzesień września září syyskuu сентябрь сентября сен сент вересень вересня вер σεπτέμβριος σεπτεμβρίου",
    "oct october oktober okt octobre octubre outubro out ottobre ott oktoba október octombrie ekim październik "
    "października paź říjen října lokakuu октябрь октября окт жовтень жовтня жов οκτώβριος οκτωβρίου",
    "nov november novembre noviembre novembro novemba noiembrie kasım kasim listopad listopadu listopada "
    "marraskuu ноябрь ноября ноя нояб листопад листопада νοέμβριος νοεμβρίου",
    "dec december dezember dez décembre decembre déc diciembre dic dezembro dicembre desember desemba decembrie "
    "aralık aralik grudzień grudnia prosinec prosince joulukuu декабрь декабря дек грудень грудня гру "
    "δεκέμβριος δεκεμβρίου",
)
MONTHS = {word: number for number, words in enumerate(_NAMES, 1) for word in words.split()}
