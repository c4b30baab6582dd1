"""What the platform says in sentences, in French, by the pattern of its English.

Refusals are raised in English all over the platform, most of them by pydantic, and so are the reasons that
it keeps with what it did; what people meet in the web app's forms and pages is known here. Another sentence
is told in English.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from typing_extensions import TypedDict

from iop_pipelines.domain.languages import Language, typeset


class Told(TypedDict):
    message: str


class MessageTranslations(TypedDict):
    """By language, besides English."""

    fr: Told


class Reasoned(TypedDict):
    reason: str


class ReasonTranslations(TypedDict):
    """By language, besides English."""

    fr: Reasoned


# Pydantic's, and what its own validators here say.
_OF_VALUES: Mapping[str, str] = {
    "Field required": "Ce champ est requis",
    "Extra inputs are not permitted": "Cette clé n’est pas connue ici",
    "Input should be a valid string": "Doit être un texte",
    "String should have at least 1 character": "Ne doit pas être vide",
    "String should have at least {n} characters": "Doit compter au moins {n} caractères",
    "String should have at most {n} characters": "Doit compter au plus {n} caractères",
    "String should match pattern {pattern}": "Doit suivre le motif {pattern}",
    "List should have at least {n} item after validation, not {m}": (
        "Doit compter au moins {n} élément, pas {m}"
    ),
    "List should have at least {n} items after validation, not {m}": (
        "Doit compter au moins {n} éléments, pas {m}"
    ),
    "List should have at most {n} items after validation, not {m}": (
        "Doit compter au plus {n} éléments, pas {m}"
    ),
    "Tuple should have at least {n} item after validation, not {m}": (
        "Doit compter au moins {n} élément, pas {m}"
    ),
    "Dictionary should have at least {n} item after validation, not {m}": (
        "Doit compter au moins {n} entrée, pas {m}"
    ),
    "Input should be a valid integer, got a number with a fractional part": "Doit être un nombre entier",
    "Input should be a valid integer": "Doit être un nombre entier",
    "Input should be a valid number": "Doit être un nombre",
    "Input should be a finite number": "Doit être un nombre fini",
    "Input should be a valid boolean": "Doit être vrai ou faux",
    "Input should be a valid list": "Doit être une liste",
    "Input should be a valid array": "Doit être une liste",
    "Input should be a valid dictionary": "Doit être un objet",
    "Input should be an object": "Doit être un objet",
    "Input should be greater than or equal to {n}": "Doit être supérieur ou égal à {n}",
    "Input should be greater than {n}": "Doit être supérieur à {n}",
    "Input should be less than or equal to {n}": "Doit être inférieur ou égal à {n}",
    "Input should be less than {n}": "Doit être inférieur à {n}",
    "Input should be a valid datetime{why}": "Doit être une date et une heure",
    "Input should be a valid date{why}": "Doit être une date",
    "Input should be {choice} or {last}": "Doit être {choice} ou {last}",
    "Input should be '{choice}'": "Doit être '{choice}'",
    "must be a date and time such as {example}": "Doit être une date et une heure comme {example}",
    "is outside the years 1 to 9999 in UTC": "Doit être entre les années 1 et 9999 en UTC",
    "{name} is no IANA time zone such as {example}": (
        "{name} n’est pas un fuseau horaire IANA comme {example}"
    ),
}
# Those of `domain.refusals`, and names that are looked up.
OF_DECLARATIONS: Mapping[str, str] = {
    "is missing": "Manque",
    "there is no such key here": "Cette clé n’est pas connue ici",
    "there is no such key here; did you mean {key}? It can be {known}": (
        "Cette clé n’est pas connue ici ; vouliez-vous dire {key} ? Possibles : {known}"
    ),
    "there is no such key here; it can be {known}": (
        "Cette clé n’est pas connue ici ; possibles : {known}"
    ),
    "is missing; it can be {known}": "Manque ; possibles : {known}",
    "is {given}; did you mean {near}? It can be {known}": (
        "Est {given} ; vouliez-vous dire {near} ? Possibles : {known}"
    ),
    "is {given}; it must be greater than {n}": "Est {given} ; doit être supérieur à {n}",
    "is {given}; it must be at least {n}": "Est {given} ; doit être supérieur ou égal à {n}",
    "is {given}; it must be less than {n}": "Est {given} ; doit être inférieur à {n}",
    "is {given}; it must be at most {n}": "Est {given} ; doit être inférieur ou égal à {n}",
    "is {given}; it must be text": "Est {given} ; doit être un texte",
    "is {given}; it must be a whole number": "Est {given} ; doit être un nombre entier",
    "is {given}; it must be a number": "Est {given} ; doit être un nombre",
    "is {given}; it must be a finite number": "Est {given} ; doit être un nombre fini",
    "is {given}; it must be true or false": "Est {given} ; doit être vrai ou faux",
    "is {given}; it must be a list": "Est {given} ; doit être une liste",
    "is {given}; it must be a mapping": "Est {given} ; doit être un objet",
    "is {given}; it must be a version such as {example}": (
        "Est {given} ; doit être une version comme {example}"
    ),
    "is {given}; it must be a name of at most 63 small letters, digits and _, beginning with a letter": (
        "Est {given} ; doit être un nom d’au plus 63 minuscules, chiffres et _, commençant par une lettre"
    ),
    "is {given}; it can be {known}": "Est {given} ; possibles : {known}",
    "is empty": "Ne doit pas être vide",
    "has more than {n} characters": "Compte plus de {n} caractères",
    "has more than {n} entries": "Compte plus de {n} éléments",
    "has {n} entries; at least {m}": "Compte {n} éléments ; il en faut au moins {m}",
    "there is no runtime {name}; did you mean {near}?": (
        "Il n’y a pas de moteur {name} ; vouliez-vous dire {near} ?"
    ),
    "there is no runtime {name}; there is {known}": "Il n’y a pas de moteur {name} ; il y a {known}",
}
_OF_ACCOUNTS: Mapping[str, str] = {
    "sign in first": "Connectez-vous d’abord",
    "name or password is wrong": "Nom ou mot de passe incorrect",
    "is not your password": "Ce n’est pas votre mot de passe",
    "that password is too easy to guess": "Ce mot de passe est trop facile à deviner",
    "a password has {least} to {most} characters, not {n}": (
        "Un mot de passe compte de {least} à {most} caractères, pas {n}"
    ),
    "this link was used already, or is too old; ask for another": (
        "Ce lien a déjà servi, ou il est trop vieux ; demandez-en un autre"
    ),
    "no OpenID provider is configured": "Aucun fournisseur OpenID n’est configuré",
    "the provider gives this account no role in IOP": (
        "Le fournisseur ne donne à ce compte aucun rôle dans IOP"
    ),
    "this account is disabled": "Ce compte est désactivé",
    "too many failed sign-ins; try again in {n} s": (
        "Trop de connexions manquées ; réessayez dans {n} s"
    ),
    "there is a user {name} already": "L’utilisateur {name} existe déjà",
    "{name} is the last admin; make another one first": (
        "{name} est le dernier administrateur ; nommez-en d’abord un autre"
    ),
    "{name} is disabled; enable the account first": (
        "{name} est désactivé ; réactivez d’abord le compte"
    ),
    "{name} is no user name: at most 128 of a-z 0-9 . _ @ + ~ -, a letter or digit at each end": (
        "{name} n’est pas un nom valable : au plus 128 caractères parmi a-z 0-9 . _ @ + ~ -, commençant "
        "et finissant par une lettre ou un chiffre"
    ),
    "this is no open session of yours": "Ce n’est pas une de vos sessions ouvertes",
    "{procedure} is for admins": "{procedure} est réservé aux administrateurs",
}
_OF_THINGS: Mapping[str, str] = {
    "there is no dashboard with id {id}": "Il n’y a pas de tableau de bord {id}",
    "there is no panel with id {id}": "Il n’y a pas de panneau {id}",
    "there is no execution with id {id}": "Il n’y a pas d’exécution {id}",
    "there is no model with id {id}": "Il n’y a pas de modèle {id}",
    "there is no report with id {id}": "Il n’y a pas de rapport {id}",
    "there is no report template with id {id}": "Il n’y a pas de modèle de rapport {id}",
    "there is no recommendation with id {id}": "Il n’y a pas de recommandation {id}",
    "there is no user with {what} {id}": "Il n’y a pas d’utilisateur {id}",
    "there is no dataset {name}": "Il n’y a pas de jeu de données {name}",
    "no dataset {name}; there are {known}": "Pas de jeu de données {name} ; il y a {known}",
    "a dashboard {name} exists": "Il y a déjà un tableau de bord {name}",
    "dashboard {name} is at version {now} by now, not {then}: somebody else saved it": (
        "Le tableau de bord {name} en est à la version {now}, pas {then} : quelqu’un d’autre l’a "
        "enregistré"
    ),
    "a report template {name} exists": "Il y a déjà un modèle de rapport {name}",
    "report template {name} is paused": "Le modèle de rapport {name} est en pause",
    "report {id} is {status}; only a ready one has a file": (
        "Le rapport {id} n’est pas prêt ; seul un rapport prêt a un fichier"
    ),
    "the file of report {id} was removed on {day} by the retention policy; generate the report again": (
        "Le fichier du rapport {id} a été supprimé par la règle de conservation ; produisez-le à nouveau"
    ),
    "report {id} is too large for a preview; download it": (
        "Le rapport {id} est trop grand pour un aperçu ; téléchargez-le"
    ),
    "model {name} is deprecated; promote it, or execute an active version": (
        "Le modèle {name} est retiré ; activez-le, ou exécutez une version active"
    ),
    "model {name} exists (id {id}) with another {what}; raise the version": (
        "Le modèle {name} existe déjà (numéro {id}) avec un autre contenu ({what}) ; augmentez la version"
    ),
    "recommendation {id} is {status} by now, not {then}": (
        "Quelqu’un d’autre a décidé de la recommandation {id} entre-temps"
    ),
    "{moment} is past; it is {now} UTC": "{moment} est passé ; il est {now} UTC",
    "someone else is changing this right now; nothing was changed, try again in a moment": (
        "Quelqu’un d’autre est en train de modifier cela ; rien n’a été changé, réessayez dans un instant"
    ),
    "someone else just saved the same thing; nothing was changed, reload and try again": (
        "Quelqu’un d’autre vient d’enregistrer la même chose ; rien n’a été changé, rechargez et réessayez"
    ),
    "a part of the platform does not answer; try again": (
        "Une partie de la plateforme ne répond pas ; réessayez"
    ),
}
_OF_CONDITIONS: Mapping[str, str] = {
    "a query compares fields with values and with fields; what is computed is a column that a "
    "dataset's step derives": (
        "Une requête compare des champs à des valeurs et à d’autres champs ; ce qui se calcule est une "
        "colonne dérivée par une étape du jeu de données"
    ),
    "the conditions compare with more than {n} values in lists": (
        "Les conditions comparent avec plus de {n} valeurs dans des listes"
    ),
    "the parameter has no value; give it a default": (
        "Le paramètre n’a pas de valeur ; donnez-lui une valeur par défaut"
    ),
    "has no value and no default, and is not optional": (
        "N’a ni valeur ni valeur par défaut, et n’est pas facultatif"
    ),
    "no parameter is called {name}": "Aucun paramètre ne s’appelle {name}",
    "no parameter {name}": "Pas de paramètre {name}",
    "no dataset {name}": "Pas de jeu de données {name}",
    "there is no group {name}": "Il n’y a pas de groupe {name}",
    "{name} is not among the datasets {known}": "{name} n’est pas un des jeux de données {known}",
    "query_config is {type}; it must be a JSON object": "query_config doit être un objet JSON",
    "pipeline_runs has one series a pipeline and takes no where": (
        "pipeline_runs a une série par pipeline et ne prend pas de where"
    ),
    "must be a list of 1 to {n} values": "Doit être une liste de 1 à {n} valeurs",
    "a list holds 1 to {n} values": "Une liste compte de 1 à {n} valeurs",
    "{op} needs one value": "{op} demande une seule valeur",
    "{op} takes one value, not a list": "{op} demande une seule valeur, pas une liste",
    "{op} takes no value": "{op} ne prend pas de valeur",
    "{op} needs a text": "{op} demande un texte",
    "between needs [lowest, highest], both included": (
        "between demande [minimum, maximum], tous deux compris"
    ),
    "between needs [lowest, highest]": "between demande [minimum, maximum]",
    "in_period needs a period": "in_period demande une période",
    "{from, to} is a period: use in_period": "{{from, to}} est une période : utilisez in_period",
    "a comparison has either field or left": "Une comparaison a soit field, soit left",
    "{name} takes values of one kind, not {kinds}": "{name} demande des valeurs d’un même type",
    "{name} takes numbers, not {kinds}": "{name} demande des nombres",
    "{field} is a date; the period must be whole days": (
        "{field} est une date ; la période doit compter des jours entiers"
    ),
    "{field} is a {type}; {other} is a {kind}": "{field} et {other} ne sont pas du même type",
    "asks for earlier periods, which only rules know": (
        "Demande des périodes antérieures, que seules les règles connaissent"
    ),
    "takes a parameter, which only queries have": (
        "Prend un paramètre, ce que seules les requêtes permettent"
    ),
    "{day} is the calendar's last {unit}": "{day} touche à la fin du calendrier",
    "{words} reaches beyond the calendar": "{words} dépasse le calendrier",
    "{words} is another period every day; give its days, {from, to}": (
        "{words} est une autre période chaque jour ; donnez ses jours, {{from, to}}"
    ),
    "{text} is before the year {year}, where databases' dates begin": (
        "{text} est avant l’an {year}, où commencent les dates des bases de données"
    ),
    "{text} is no ISO date or moment": "{text} n’est pas une date ISO",
    "is nested deeper than {n}": "Imbrication sur plus de {n} niveaux",
    "is an integer of more than 64 bits": "Est un entier de plus de 64 bits",
    "is {value}; numbers must be finite": "Les nombres doivent être finis",
    "is {type}, which JSON does not have": "N’est pas une valeur JSON",
    "the key {key} is not text": "La clé {key} n’est pas un texte",
    "holds a character that no database stores (NUL or half a pair)": (
        "Contient un caractère qu’aucune base de données n’enregistre"
    ),
}
_OF_QUESTIONS: Mapping[str, str] = {
    "{source} has no field {name}": "{source} n’a pas de champ {name}",
    "{source} has no measure {name}": "{source} n’a pas de mesure {name}",
    "no source {name}": "Pas de source {name}",
    "{field} is a {type}, not a time": "{field} n’est pas un temps",
    "{field} is a date and has no hours": "{field} est une date et n’a pas d’heures",
    "{field} is a {type}; {aggregate} needs numbers": (
        "{field} n’est pas un nombre ; {aggregate} demande des nombres"
    ),
    "{value} is no {type}, which {field} is": "{value} ne convient pas à {field}",
    "{value} has a time of day, {field} is a date": "{value} a une heure, {field} est une date",
    "{words} is no period; it can be {known}": "{words} n’est pas une période ; possible : {known}",
    "{value} is no period": "{value} n’est pas une période",
    "is longer than {n} years": "Dépasse {n} ans",
    "there are more than {n} conditions": "Il y a plus de {n} conditions",
    "{things} are nested deeper than {n} levels": "Imbrication sur plus de {n} niveaux",
    "is {n} characters long; at most {most} are read": "Compte {n} caractères ; {most} au plus sont lus",
    "ends at {end}, not after its start {start}": "Finit à {end}, pas après son début {start}",
    "{text} is no ISO date or moment such as {example}": (
        "{text} n’est pas une date ISO comme {example}"
    ),
    "compare needs a condition with in_period": "Une comparaison demande une période",
    "compare cannot stand beside a time bucket": (
        "Une comparaison ne va pas avec un regroupement par temps"
    ),
    "name a field or a measure": "Nommez un champ ou une mesure",
    "two columns are called {name}; give one another name with 'as'": (
        "Deux colonnes s’appellent {name} ; renommez-en une avec « as »"
    ),
    "top needs measures and a sort that says what is first": (
        "Un classement demande des mesures et un ordre"
    ),
    "{op} needs a value; for NULL use is_null or not_null": (
        "{op} demande une valeur ; pour un champ vide : is_null ou not_null"
    ),
    "{op} needs a list": "{op} demande une liste",
    "{op} needs a text field": "{op} demande un champ de texte",
    "{name} is not a column of {table}; it has {known}": (
        "{name} n’est pas une colonne de {table} ; il y a {known}"
    ),
}
_OF_HEAVY_READS: Mapping[str, str] = {
    "you have too many requests waiting; try again in {n} s": (
        "Trop de vos demandes sont en attente ; réessayez dans {n} s"
    ),
    "the server was too busy to answer within {n} s; try again": (
        "Le serveur était trop occupé pour répondre en {n} s ; réessayez"
    ),
    "the server could not finish this; try again": (
        "Le serveur n’a pas pu terminer cette opération ; réessayez"
    ),
    "the server failed at this more than once; ask for less, or tell an administrator": (
        "Le serveur a échoué plusieurs fois sur cette demande ; demandez-en moins, ou prévenez un "
        "administrateur"
    ),
    "the platform is being stopped": "La plateforme est en cours d’arrêt",
    "this takes longer than {n} s; choose a shorter period or add conditions": (
        "Ce calcul prend plus de {n} s ; choisissez une période plus courte ou ajoutez des conditions"
    ),
    "this needs more than {n} MB of memory; choose a shorter period or add conditions": (
        "Ce calcul demande plus de {n} Mo de mémoire ; choisissez une période plus courte ou ajoutez "
        "des conditions"
    ),
    "the answer is larger than {n} MB; ask for fewer rows or columns": (
        "La réponse dépasse {n} Mo ; demandez moins de lignes ou de colonnes"
    ),
}
_OF_SCHEDULES: Mapping[str, str] = {
    "{word} in {text} is no time; it can be 00:00 to 23:59": (
        "{word} dans {text} n’est pas une heure ; possible : 00:00 à 23:59"
    ),
    "{word} in {text} is no weekday; it can be {known}": (
        "{word} dans {text} n’est pas un jour de la semaine ; possible : {known}"
    ),
    "{word} in {text} is no day of a month; it can be {known}": (
        "{word} dans {text} n’est pas un jour du mois ; possible : {known}"
    ),
    "{name} in {text} is no IANA time zone such as {example}": (
        "{name} dans {text} n’est pas un fuseau horaire IANA comme {example}"
    ),
    "{text} has {n} fields; cron needs five": "{text} a {n} champs ; cron en demande cinq",
    "{text} names a day that no year has": "{text} nomme un jour qui n’existe dans aucune année",
    "{text} is past and would never be due; it is {now} UTC": (
        "{text} est passé et n’arriverait jamais ; il est {now} UTC"
    ),
    "{text} names no moment, such as {example}": "{text} ne nomme pas de moment comme {example}",
    "{text} is empty or longer than {n}": "{text} est vide ou compte plus de {n} caractères",
}
_OF_MODELS: Mapping[str, str] = {
    "{owner} has no column {name}; it has {known}": (
        "{owner} n’a pas de colonne {name} ; il y a {known}"
    ),
    "{name} is named twice": "{name} est nommé deux fois",
    "{name} is not a measure of the input; there are {known}": (
        "{name} n’est pas une mesure de l’entrée ; il y a {known}"
    ),
    "there is no runtime {name}; there are {known}": "Il n’y a pas de moteur {name} ; il y a {known}",
    "two rules are called {name}": "Deux règles s’appellent {name}",
    "floor {low} is not below ceiling {high}": (
        "Le plancher {low} n’est pas sous le plafond {high}"
    ),
    "give either value or quantile": "Donnez soit value, soit quantile",
    "from {start} is not before to {end}": "Le début {start} n’est pas avant la fin {end}",
}
_OF_ADVICE: Mapping[str, str] = {
    "the restated data no longer show it": "Les données corrigées ne la montrent plus",
    "not found in {n} later execution(s)": "Plus trouvée, exécutions suivantes : {n}",
    "run {id} scored {score}": "L’exécution DRM {id} a la note {score}",
}
_OF_RUNS: Mapping[str, str] = {
    "held for its data quality until DRM run {id} delivered the window again": (
        "Retenue pour la qualité de ses données jusqu’à ce que l’exécution DRM {id} livre à nouveau la fenêtre"
    ),
    "no sufficient data quality score came within {time}": (
        "Aucune note de qualité suffisante n’est venue en {time}"
    ),
    "its data could not be prepared: {why}": "Ses données n’ont pas pu être préparées : {why}",
    "no progress for {n} s while {doing}; its worker was ended": (
        "Aucun progrès pendant {n} s (étape : {doing}) ; le processus de calcul a été arrêté"
    ),
    "run {id} was canceled": "L’exécution Dagster {id} a été annulée",
    "run {id} ended ({status}) without a result{why}; gave up after {n} starts": (
        "L’exécution Dagster {id} s’est terminée ({status}) sans résultat ; abandon après {n} départs"
    ),
}
_OF_ROWS: Mapping[str, str] = {
    "missing": "Absent",
    "not a{n} {type}": "N’est pas de type {type}",
    "longer than {n} characters": "Plus de {n} caractères",
    "not one of {n} accepted values": "N’est pas une des {n} valeurs admises",
    "below {n}": "Inférieur à {n}",
    "above {n}": "Supérieur à {n}",
    "ambiguous or absent in {zone}": "Ambigu ou inexistant dans le fuseau {zone}",
    "not in the reference": "Absent de la référence",
    "outside of the run's window": "Hors de la fenêtre de l’exécution",
    "another row has the same": "Une autre ligne a la même",
    "exact duplicate of a later row": "Doublon exact d’une ligne suivante",
    "restated by a later row": "Remplacée par une ligne suivante",
}
# The first that fits is taken: the narrower before the wider.
CATALOGUE: Mapping[str, str] = {
    **_OF_ACCOUNTS,
    **_OF_THINGS,
    **_OF_HEAVY_READS,
    **_OF_SCHEDULES,
    **_OF_QUESTIONS,
    **_OF_CONDITIONS,
    **_OF_MODELS,
    **_OF_ADVICE,
    **_OF_RUNS,
    **_OF_ROWS,
    **_OF_VALUES,
    **OF_DECLARATIONS,
    "{value} is no {kind}": "{value} n’est pas du bon type",
}
# A longer one holds much of what was sent, and is no sentence for people.
_MAX_LENGTH = 1000
_HOLE = re.compile(r"\\\{(\w+)\\\}")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_PLACED = re.compile(r"(?P<place>[\w.]+): (?P<said>.+)", re.DOTALL)
_MORE = re.compile(r"(?P<said>.+) \(and (?P<n>\d+) more\)", re.DOTALL)


def translations_of(message: str) -> MessageTranslations | None:
    """None for what is not in the catalogue."""
    french = in_french(message)
    return None if french is None else {"fr": {"message": french}}


def reason_translations(reason: str | None) -> ReasonTranslations | None:
    """Of a reason that the platform itself gave."""
    french = in_french(reason) if reason else None
    return None if french is None else {"fr": {"reason": french}}


@lru_cache(maxsize=256)
def in_french(message: str) -> str | None:
    """With the place before it, and how many more there are after it, as refusals have them."""
    if len(message) > _MAX_LENGTH:
        return None
    if more := _MORE.fullmatch(message):
        said = in_french(more["said"])
        return None if said is None else f"{said} (et {more['n']} de plus)"
    for pattern, template in _patterns():
        if found := pattern.fullmatch(message):
            values = {name: _counted(value) for name, value in found.groupdict().items()}
            return typeset(template, Language.FR).format(**values)
    if placed := _PLACED.fullmatch(message):
        said = in_french(placed["said"])
        return None if said is None else f"{placed['place']}\u00a0: {said[:1].lower()}{said[1:]}"
    return None


def _counted(value: str) -> str:
    """A comma between thousands would be one before decimals."""
    return value.replace(",", "\u202f") if _THOUSANDS.fullmatch(value) else value


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(_HOLE.sub(r"(?P<\1>.*?)", re.escape(english)), re.DOTALL), french)
        for english, french in CATALOGUE.items()
    ]
