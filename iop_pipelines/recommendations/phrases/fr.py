"""Recommendations in French.

Labels of measures, names of series and rules and their messages are their author's and stand as they
are; sentences are built so that none of them has to agree with their gender.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.evidence import Evidence, Seen, is_statement
from iop_pipelines.recommendations.phrases import facts, measured
from iop_pipelines.recommendations.phrases.amounts import Amounts, inside, is_long, say_name
from iop_pipelines.recommendations.phrases.facts import Actions

AMOUNTS = Amounts(
    thousands="\u202f",
    decimal=",",
    space="\u00a0",
    months=(
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    long_months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    quarter="T{number} {year}",
    half="S{number} {year}",
    week="semaine du {}",
    unknown="inconnu",
    to="à",
    at_most="au plus",
    at_least="au moins",
    about="environ",
    over="plus de",
    under="moins de",
    certainty_steps=(
        (0.99, "presque certain"),
        (0.9, "très probable"),
        (0.7, "probable"),
        (0.5, "plutôt probable"),
        (0.3, "incertain"),
        (-math.inf, "peu probable"),
    ),
    fewer_cases="dans moins d’un cas sur {}",
    about_cases="dans environ {} cas sur 100",
    is_zero_singular=True,
)
_MINUTES = (5, 10, 15, 30)
_PERIOD = {
    "1min": "minute",
    **{f"{count}min": f"intervalle de {count} minutes" for count in _MINUTES},
    "h": "heure",
    "D": "jour",
    "B": "jour ouvré",
    "W": "semaine",
    "MS": "mois",
    "QS": "trimestre",
    "2QS": "semestre",
    "YS": "année",
    "run": "traitement DRM",
    "event": "événement",
}
_PERIODS = {
    "1min": "minutes",
    **{f"{count}min": f"intervalles de {count} minutes" for count in _MINUTES},
    "h": "heures",
    "D": "jours",
    "B": "jours ouvrés",
    "W": "semaines",
    "MS": "mois",
    "QS": "trimestres",
    "2QS": "semestres",
    "YS": "années",
    "run": "traitements DRM",
    "event": "événements",
}
_ONE = {
    "1min": "une minute",
    **{f"{count}min": f"un intervalle de {count} minutes" for count in _MINUTES},
    "h": "une heure",
    "D": "un jour",
    "B": "un jour ouvré",
    "W": "une semaine",
    "MS": "un mois",
    "QS": "un trimestre",
    "2QS": "un semestre",
    "YS": "une année",
    "run": "un traitement DRM",
    "event": "un événement",
}
_UNUSUAL = {
    "1min": "Minute inhabituelle",
    **{f"{count}min": f"Intervalle de {count} minutes inhabituel" for count in _MINUTES},
    "h": "Heure inhabituelle",
    "D": "Jour inhabituel",
    "B": "Jour ouvré inhabituel",
    "W": "Semaine inhabituelle",
    "MS": "Mois inhabituel",
    "QS": "Trimestre inhabituel",
    "2QS": "Semestre inhabituel",
    "YS": "Année inhabituelle",
    "run": "Traitement DRM inhabituel",
    "event": "Événement inhabituel",
}
_HEALTH = {"failing": "en échec", "late": "en retard", "slow": "ralenti", "wasteful": "à vide"}
_COMPONENTS = {
    "completeness": "la complétude",
    "validity": "la validité",
    "uniqueness": "l’unicité",
    "timeliness": "la ponctualité",
}
# How a period stands behind the words for when, since when, of when and until when.
_ON = {"D": "le {}", "W": "la {}", "MS": "en {}", "QS": "au {}", "2QS": "au {}", "YS": "en {}"}
_THE = {"D": "le {}", "W": "la {}", "MS": "{}", "QS": "le {}", "2QS": "le {}", "YS": "{}"}
_OF = {"D": "du {}", "W": "de la {}", "MS": "de {}", "QS": "du {}", "2QS": "du {}", "YS": "de {}"}
_TO = {"D": "au {}", "W": "à la {}", "MS": "à {}", "QS": "au {}", "2QS": "au {}", "YS": "à {}"}
ACTIONS: Actions = {
    (
        Category.ANOMALY,
        None,
    ): "Cherchez ce qui a changé à ce moment-là, et si cela peut se reproduire.",
    (
        Category.TREND,
        None,
    ): "Cherchez ce qui en est la cause avant qu’un seuil important soit atteint.",
    (Category.FORECAST, None): "Préparez-vous dès maintenant, ou changez ce qui y mène.",
    (Category.OPTIMISATION, None): (
        "Regardez les derniers traitements DRM du pipeline et corrigez la cause."
    ),
    (Category.OPTIMISATION, "slow"): (
        "Cherchez davantage de lignes, une source plus lente ou un index manquant depuis le ralentissement."
    ),
    (Category.OPTIMISATION, "failing"): (
        "Lisez les erreurs des traitements DRM, corrigez la cause et faites relivrer les fenêtres "
        "manquantes."
    ),
    (Category.OPTIMISATION, "late"): (
        "Lancez le pipeline plus tôt ou rendez-le plus rapide ; rapports et modèles attendent ses données."
    ),
    (Category.OPTIMISATION, "wasteful"): (
        "Évitez un traitement DRM dont la source n’a pas changé : il livre ce qui était déjà là."
    ),
    (Category.OPTIMISATION, facts.QUALITY): (
        "Faites corriger et relivrer la fenêtre par DRM ; les modèles s’exécuteront ensuite d’eux-mêmes."
    ),
    (Category.OPTIMISATION, facts.REFUSED): (
        "Examinez les lignes rejetées : remplacez la déclaration si elle est fausse, faites corriger la "
        "livraison si c’est elle, ou acceptez ce qui en est utilisable sur la page du jeu de données."
    ),
    (Category.OPTIMISATION, facts.MISSING): (
        "Interrogez celui qui livre. À son arrivée, cela prend fin ; les modèles et les rapports attendent jusque-là."
    ),
    (Category.OPTIMISATION, facts.SILENT): (
        "Vérifiez si cela existe encore ou si la source est en panne. Au retour de lignes, cela prend fin."
    ),
    (Category.OPTIMISATION, facts.SHORT): (
        "Demandez à celui qui livre s’il manque des lignes, et faites relivrer la fenêtre. "
        "À la prochaine livraison complète, cela prend fin."
    ),
    (Category.OPTIMISATION, facts.NEW): (
        "Rien, si elle était attendue ; sinon, vérifiez s’il s’agit d’un autre nom de quelque chose de connu. "
        "Dès qu’elle est connue ou disparue, cela prend fin."
    ),
    (Category.OPTIMISATION, facts.FROZEN): (
        "Vérifiez sa source : ce qui est mesuré reste rarement identique. Dès que la valeur change, cela prend fin."
    ),
    (Category.OPTIMISATION, facts.WORSE): (
        "Vérifiez ce qui a changé dans les données depuis lors. Si cela dure, enregistrez une version avec d’autres "
        "réglages ou un autre moteur, comparez les deux par un test rétrospectif et mettez en service la "
        "meilleure. Dès que les prévisions sont aussi bonnes qu’avant, cela prend fin."
    ),
    (Category.OPTIMISATION, facts.UNPREPARED): (
        "Remplacez la déclaration du jeu de données, ou corrigez ce qu’elle lit ; ce qui a été livré sera "
        "alors préparé de nouveau."
    ),
}


def headline(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, label = _where(evidence), _day(evidence, seen), _label(evidence, seen)
    on, the, of = (say(evidence, seen.ds) for say in (_on, _the, _of))
    amount, expected = measured.value_of(AMOUNTS, seen), _expected(seen)
    if seen.kind == facts.QUALITY:
        held = AMOUNTS.count(
            len(facts.held_models(seen)), "modèle mis en attente", "modèles mis en attente"
        )
        score, _ = measured.score_and_least(AMOUNTS, seen)
        return f"Qualité des données de {evidence.dataset} : {score} sur 100 {on}, {held}"
    if seen.kind == facts.REFUSED:
        return f"Livraison de {evidence.dataset} {of} refusée : {amount} de ses lignes utilisables"
    if seen.kind == facts.MISSING:
        return f"{evidence.dataset} n’a pas été livré : rien pour {the} ni après"
    if seen.kind == facts.SILENT:
        return f"Aucune ligne{where} dans {evidence.dataset} depuis {the}"
    if seen.kind == facts.SHORT:
        usual = AMOUNTS.number(seen.expected or 0)
        return (
            f"Livraison de {evidence.dataset} {of} incomplète : "
            f"{AMOUNTS.count(int(seen.value or 0), 'ligne', 'lignes')}, d’habitude {usual}"
        )
    if seen.kind == facts.NEW:
        return f"Nouveau dans {evidence.dataset} depuis {the} : {facts.series_of(evidence)}"
    if seen.kind == facts.FROZEN:
        at = "" if seen.value is None else f" à {amount}"
        return f"{label}{where} : valeur figée{at} depuis {the}"
    if seen.kind == facts.WORSE:
        return f"Les prévisions de {facts.model_of(seen)} sont moins bonnes depuis {the}"
    if seen.kind == facts.UNPREPARED:
        return f"La livraison de {evidence.dataset} {of} n’a pas pu être préparée"
    if category is Category.OPTIMISATION and facts.is_of_pipelines(evidence):
        said = f" : {inside(label)} {amount}{expected}" if not facts.is_flag(seen) else ""
        return f"Pipeline {evidence.series} {_health(seen.kind)}{said}, {day}"
    return f"{say_name(seen.kind)}{where} : {inside(label)} {amount} {on}{expected}"


def what_happened(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, label = _where(evidence), _day(evidence, seen), _label(evidence, seen)
    on, of = _on(evidence, seen.ds), _of(evidence, seen.ds)
    amount, against = measured.value_of(AMOUNTS, seen), _against(seen)
    if facts.is_of_pipelines(evidence):
        said = f" : {inside(label)} {amount}{against}" if not facts.is_flag(seen) else ""
        return (
            f"Un traitement DRM de {evidence.series} terminé {on} signale un pipeline "
            f"{_health(seen.kind)}{said}."
        )
    if seen.kind in facts.OF_DELIVERIES:
        return (
            f"{facts.reason_in(seen, Language.FR).rstrip('.')}. Ce qui avait été préparé avant reste "
            "tel quel."
        )
    if seen.kind in facts.OF_EXPECTATIONS:
        return f"{facts.reason_in(seen, Language.FR).rstrip('.')}."
    if seen.kind == facts.QUALITY:
        score, least = measured.score_and_least(AMOUNTS, seen)
        return (
            f"DRM a noté la livraison {of} {score} sur 100 ; les "
            f"modèles demandent {least}.{_weakest(seen)} "
            f"Mis en attente : {', '.join(facts.held_models(seen)) or 'aucun'}."
        )
    if facts.is_flag(seen):
        return f"{say_name(seen.kind)}{where}, {day}."
    return f"{label}{where} : {amount} {on}{against}."


def day_headline(evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str:
    begins = f"{'Peut-être' if day.is_new else 'Expliqué par'} {_special(day)}"
    said = f"{inside(_label(evidence, seen))}{_where(evidence)}, {measured.value_of(AMOUNTS, seen)}"
    return f"{begins} : {said} {_on(evidence, seen.ds)}{_expected(seen)}"


def day_happened(evidence: Evidence, seen: Seen, day: facts.SpecialDay) -> str:
    amount, against = measured.value_of(AMOUNTS, seen), _against(seen)
    why = (
        "absent de ces données jusque-là : son effet n’est pas encore connu"
        if day.is_new
        else "qui a déjà eu cet effet"
    )
    label = _label(evidence, seen)
    was = f"{label}{_where(evidence)} : {amount} {_on(evidence, seen.ds)}{against}."
    return f"{was} C’était {_special(day)}, {why}."


def day_action(day: facts.SpecialDay) -> str:
    if day.is_new:
        return f"Rien, si la raison est {_special(day)} ; sinon, cherchez ce qui a changé."
    return "Rien : le calendrier l’explique."


def is_over(evidence: Evidence, over: facts.Over) -> str:
    until, end = _on(evidence, over.until), _to(evidence, over.data_end)
    return f"C’était le cas pour la dernière fois {until} ; les données vont jusqu’{end}."


def over_action() -> str:
    return "Rien pour l’instant ; si cela peut se reproduire, cherchez ce que c’était."


def how_often(category: Category, evidence: Evidence, count: int) -> str:
    found = f"Trouvé par {AMOUNTS.count(count, 'exécution', 'exécutions')}"
    if is_statement(category):
        return f"{found}." if count > 1 else ""
    since = facts.begun(evidence)
    begun = "" if since is None else f"Cela a commencé {_on(evidence, since)}."
    if count == 1:
        return begun
    latest = evidence.latest
    amount = "" if facts.is_flag(latest) else f" ({AMOUNTS.amount(latest.value, latest.unit)})"
    return f"{begun} {found}, la dernière fois {_on(evidence, latest.ds)}{amount}.".strip()


def how_sure(evidence: Evidence, seen: Seen, sure: str) -> str:
    quality = (
        f" Qualité des données utilisées : {AMOUNTS.number(evidence.quality_score)} sur 100."
        if evidence.quality_score is not None and seen.kind != facts.QUALITY
        else ""
    )
    if seen.confidence is None:
        return quality.strip()
    if facts.is_certain(seen):
        return f"Certitude : totale, la règle compare des chiffres connus.{quality}"
    return f"Certitude : {sure}.{quality}"


def slots(evidence: Evidence, seen: Seen) -> Mapping[str, str]:
    """What the templates of a kind of finding may say; empty where there is nothing to say."""
    before, after = AMOUNTS.change(seen.expected, seen.value, seen.unit)
    confidence, label = seen.confidence, _label(evidence, seen)
    interval = AMOUNTS.band(seen.lo, seen.hi, seen.expected, seen.unit)
    is_above = facts.is_above(seen)
    return {
        "label": label,
        "label_inside": inside(label),
        "where": _where(evidence),
        "day": _day(evidence, seen),
        "on": _on(evidence, seen.ds),
        "since": _the(evidence, seen.since),
        "on_since": _on(evidence, seen.since),
        "of_since": _of(evidence, seen.since),
        "to_end": _to(evidence, seen.ds),
        "one_period": _ONE[facts.step_of(evidence)],
        "unusual_period": _UNUSUAL[facts.step_of(evidence)],
        "amount": measured.value_of(AMOUNTS, seen),
        "expected": _expected(seen),
        "against": _against(seen),
        "interval": f" ({interval})" if interval else "",
        "before": before,
        "after": after,
        "far": "nettement " if seen.severity is Severity.CRITICAL else "",
        "side": "au-dessus" if is_above else "au-dessous",
        "step": "hausse" if is_above else "baisse",
        "rise": "hausse" if facts.is_rising(seen) else "baisse",
        "slope": _slope(evidence, seen),
        "moved": _moved(seen),
        "beyond": _beyond(seen),
        "within": _within(evidence, seen),
        "probable": "" if confidence is None else f"probable à {AMOUNTS.percent(confidence)}, ",
        "that_day": _that_day(evidence, seen),
        "first_crossing": _first_crossing(evidence, seen),
        "effect": _effect(evidence, seen),
        "share": "" if confidence is None else AMOUNTS.percent(confidence),
        "certainty": "" if confidence is None else AMOUNTS.certainty(confidence),
        "chance": AMOUNTS.chance(facts.p_value_of(seen, confidence or 0)),
        "corrected": _corrected(seen),
    }


def how_unusual(evidence: Evidence, unusual: facts.Unusual) -> str:
    step = facts.step_of(evidence)
    judged = AMOUNTS.count(unusual.judged, _PERIOD[step], _PERIODS[step])
    strange = AMOUNTS.number(unusual.as_strange) if unusual.as_strange else "aucune"
    verb = "ont" if unusual.as_strange > 1 else "a" if unusual.as_strange else "n’a"
    parts = [f"{strange} des périodes évaluées avant ({judged}) {verb} montré autant d’écart"]
    if unusual.share is not None:
        side = "plus" if unusual.share >= 0 else "moins"
        parts.insert(0, f"{AMOUNTS.number(abs(unusual.share))} % de {side} qu’attendu")
    if unusual.once_in is not None:
        every = "toutes les" if _ONE[step].startswith("une ") else "tous les"
        periods = f"{AMOUNTS.number(unusual.once_in)} {_PERIODS[step]}"
        parts.append(f"le hasard en donne un environ {every} {periods}")
    return f"À quel point c’est inhabituel : {' ; '.join(parts)}."


def taken_off(seen: Seen, off: facts.TakenOff) -> str:
    amount = AMOUNTS.amount(abs(off.amount), seen.unit)
    moves = "en plus" if off.amount > 0 else "en moins"
    said = f"{_special(off.day)}, {amount} {moves}"
    return f"Ce qui était attendu comprend l’effet habituel du calendrier : {said}."


def at_once(related: facts.Related) -> str:
    names = " ; ".join(related.names)
    more = " ; …" if related.count > len(related.names) else ""
    count = AMOUNTS.count(related.count, "autre série", "autres séries")
    return f"Au même moment : {count} ({names}{more})."


def refused(refused: facts.Refused) -> str:
    rows, count = AMOUNTS.count(refused.of, "ligne", "lignes"), AMOUNTS.number(refused.rows)
    could = "n’a pas pu être utilisée" if refused.rows == 1 else "n’ont pas pu être utilisées"
    return f"Sur les {rows} de cette livraison, {count} {could} : l’écart peut en venir en partie."


def also(headlines: Sequence[str], more: int) -> str:
    rest = f" ; et {AMOUNTS.count(more, 'autre', 'autres')}" if more else ""
    return f"Aussi : {' ; '.join(headlines)}{rest}."


def at_other_times(evidence: Evidence, others: facts.Others) -> str:
    if not others.times:
        return ""
    first, last = _the(evidence, others.first), _the(evidence, others.last)
    when = _on(evidence, others.first) if first == last else f"entre {first} et {last}"
    return f"À d’autres moments : {AMOUNTS.count(others.times, 'constat', 'constats')} {when}."


def what_to_do(actions: Sequence[str], owner: str | None) -> str:
    return f"À faire : {' '.join(actions)}" + (f" Responsable : {owner}." if owner else "")


def grounds(evidence: Evidence) -> str:
    if evidence.model is None:
        return ""
    version = f", données {evidence.data_version[:12]}" if evidence.data_version else ""
    return f"Trouvé par {evidence.model.name} {evidence.model.version} dans {evidence.dataset}{version}."


def _label(evidence: Evidence, seen: Seen) -> str:
    return facts.label_in(evidence, seen, Language.FR)


_KINDS = {
    "month_day": "ce jour de chaque mois",
    "pay_day": "jour de paie",
    "month_end": "fin de mois",
    "quarter_end": "fin de trimestre",
}


def _special(day: facts.SpecialDay) -> str:
    name = _KINDS.get(day.kind, day.name)
    if day.offset == 0:
        return name
    if abs(day.offset) == 1:
        return f"{name} ({'la veille' if day.offset < 0 else 'le lendemain'})"
    return f"{name} ({abs(day.offset)} jours {'avant' if day.offset < 0 else 'après'})"


def _where(evidence: Evidence) -> str:
    series = facts.series_of(evidence)
    if series is None:
        return ""
    return f" {'à' if facts.is_place(evidence) else 'pour'} {series}"


def _day(evidence: Evidence, seen: Seen) -> str:
    """Local time of the dataset; DRM's own runs are in UTC and say so."""
    return _period(evidence, seen.ds)


def _period(evidence: Evidence, moment: datetime) -> str:
    said = AMOUNTS.period(moment, facts.step_of(evidence))
    return said + (" UTC" if facts.is_of_pipelines(evidence) else "")


def _with(evidence: Evidence, moment: datetime, by_step: Mapping[str, str]) -> str:
    """The period behind a word that goes with its step; of a day and what is shorter, with a day."""
    step = facts.step_of(evidence)
    return by_step[step if is_long(step) else "D"].format(_period(evidence, moment))


def _on(evidence: Evidence, moment: datetime) -> str:
    """`le 8 févr. 2013`, `en avril 2005`, `au T2 2005`."""
    return _with(evidence, moment, _ON)


def _the(evidence: Evidence, moment: datetime) -> str:
    return _with(evidence, moment, _THE)


def _of(evidence: Evidence, moment: datetime) -> str:
    """`du 8 févr. 2013`, `d’avril 2005`."""
    is_elided = evidence.freq == "MS" and _period(evidence, moment)[0] in "ao"
    return _with(evidence, moment, {**_OF, "MS": "d’{}"} if is_elided else _OF)


def _to(evidence: Evidence, moment: datetime) -> str:
    return _with(evidence, moment, _TO)


def _health(kind: str) -> str:
    return _HEALTH.get(kind, say_name(kind))


def _against(seen: Seen) -> str:
    """How far outside the band, in the measure's unit; or what was expected instead."""
    band = measured.expectation_of(AMOUNTS, seen)
    if not band or seen.value is None:
        return ""
    gap = facts.outside(seen)
    if gap:
        size = AMOUNTS.amount(abs(gap), _unit_of_gap(seen), measured.more_digits(AMOUNTS, seen))
        return f", {size} {'au-dessus' if gap > 0 else 'au-dessous'} de l’attendu ({band})"
    return f" pour un attendu de {band.removeprefix('environ ')}"


def _unit_of_gap(seen: Seen) -> str:
    return "points" if seen.unit in ("%", "/100") else seen.unit


def _expected(seen: Seen) -> str:
    band = measured.expectation_of(AMOUNTS, seen)
    return f" (attendu : {band})" if band else ""


def _beyond(seen: Seen) -> str:
    limit = facts.limit_of(seen)
    if limit is None:
        return "hors de la normale"
    side = "au-dessous" if facts.is_below_limit(seen) else "au-dessus"
    return f"{side} de {AMOUNTS.amount(limit, seen.unit)}"


def _that_day(evidence: Evidence, seen: Seen) -> str:
    chance = facts.number(seen.details.get("probability_on_day"))
    if chance is None:
        return ""
    alone = "cette seule période" if is_long(facts.step_of(evidence)) else "ce jour seul"
    return f" ({AMOUNTS.percent(chance)} pour {alone})"


def _slope(evidence: Evidence, seen: Seen) -> str:
    return (
        f"{AMOUNTS.amount(abs(seen.value or 0), seen.unit)} par {_PERIOD[facts.step_of(evidence)]}"
    )


def _moved(seen: Seen) -> str:
    ends = facts.ends_of_line(seen)
    if ends is None:
        return ""
    start, end = (AMOUNTS.amount(level, seen.unit) for level in ends)
    return f", de {start} à {end} sur la droite"


def _within(evidence: Evidence, seen: Seen) -> str:
    horizon = facts.horizon_of(seen)
    if horizon is None:
        return "dans l’horizon"
    return f"d’ici {AMOUNTS.count(horizon, _PERIOD[facts.step_of(evidence)], _PERIODS[facts.step_of(evidence)])}"


def _first_crossing(evidence: Evidence, seen: Seen) -> str:
    moment = facts.first_crossing(seen)
    if moment is None:
        return ""
    return f" Une chance sur deux d’un premier franchissement d’ici {_the(evidence, moment)}."


def _effect(evidence: Evidence, seen: Seen) -> str:
    """How far beyond the limit, how often before, and after what; each sentence with a space before it."""
    said, step = "", facts.step_of(evidence)
    if excess := facts.excess_of(seen):
        share = "" if excess.share is None else f" ({AMOUNTS.number(excess.share)} % du seuil)"
        amount = AMOUNTS.amount(excess.amount, _unit_of_gap(seen))
        said += f" Si le seuil est franchi, l’écart est d’environ {amount} au maximum{share}."
    if stretches := facts.stretches_of(seen):
        length = AMOUNTS.count(stretches.periods, _PERIOD[step], _PERIODS[step])
        count = AMOUNTS.number(stretches.count)
        said += (
            f" Auparavant, il a été franchi {AMOUNTS.number(stretches.crossed)} fois sur {count}, "
            f"par séquences de {length}."
            if stretches.crossed
            else f" Auparavant, il n’a jamais été franchi en {count} séquences de {length}."
        )
    if change := facts.change_of(evidence, seen):
        ahead, before = (AMOUNTS.amount(each, seen.unit) for each in (change.ahead, change.before))
        ago = AMOUNTS.count(change.periods, _PERIOD[step], _PERIODS[step])
        share = "" if change.share is None else f" ({AMOUNTS.signed(change.share)} %)"
        said += (
            f" La prévision moyenne est de {ahead}, contre {before} sur la même période "
            f"{'un an' if change.is_year else ago} plus tôt{share}."
        )
    return said


def _corrected(seen: Seen) -> str:
    together = facts.series_tested(seen)
    if together <= 1:
        return ""
    tested = AMOUNTS.count(together, "série testée", "séries testées")
    return f", et cela tient après correction pour les {tested} ensemble"


def _weakest(seen: Seen) -> str:
    weakest = facts.weakest_component(seen)
    if weakest is None:
        return ""
    name, score = weakest
    return f" Le point faible est {_COMPONENTS.get(name, name)} avec {AMOUNTS.number(score)}."
