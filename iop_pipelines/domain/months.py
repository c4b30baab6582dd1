"""Names of months as files have them, in the languages of those who write them; no word is two months."""

_NAMES = (
    "jan january januar jän jänner jaenner janvier janv enero ene janeiro gennaio gen januari",
    "feb february februar février fevrier févr fevr fév fev febrero fevereiro febbraio februari",
    "mar march märz maerz mär mrz mars marzo março marco maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maio maggio mag mei",
    "jun june juni juin junio junho giugno giu",
    "jul july juli juillet juil julio julho luglio lug",
    "aug august août aout aoû agosto ago augustus",
    "sep sept september septembre septiembre setembro settembre set",
    "oct october oktober okt octobre octubre outubro out ottobre ott",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre decembre déc diciembre dic dezembro dicembre",
)
MONTHS = {word: number for number, words in enumerate(_NAMES, 1) for word in words.split()}
