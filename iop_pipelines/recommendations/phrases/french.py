"""Recommendations in French.

Labels of measures, names of series and rules and their messages are their author's and stand as they
are; sentences are built so that none of them has to agree with their gender.
"""

from collections.abc import Sequence

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.query.labels import Label
from iop_pipelines.recommendations.evidence import Evidence, Seen
from iop_pipelines.recommendations.phrases import facts
from iop_pipelines.recommendations.phrases.amounts import FRENCH, inside, say_name
from iop_pipelines.recommendations.phrases.facts import Actions

_PERIOD = {"h": "heure", "D": "jour", "W": "semaine", "MS": "mois", None: "exécution"}
_PERIODS = {"h": "heures", "D": "jours", "W": "semaines", "MS": "mois", None: "exécutions"}
_ONE = {
    "h": "une heure",
    "D": "un jour",
    "W": "une semaine",
    "MS": "un mois",
    None: "une exécution",
}
_UNUSUAL = {
    "h": "Heure inhabituelle",
    "D": "Jour inhabituel",
    "W": "Semaine inhabituelle",
    "MS": "Mois inhabituel",
    None: "Exécution inhabituelle",
}
_HEALTH = {"failing": "en échec", "late": "en retard", "slow": "ralenti", "wasteful": "à vide"}
_COMPONENTS = {
    "completeness": "la complétude",
    "validity": "la validité",
    "uniqueness": "l’unicité",
    "timeliness": "la ponctualité",
}
ACTIONS: Actions = {
    (Category.ANOMALY, None): "Cherchez ce qui a changé ce jour-là, et si cela peut se reproduire.",
    (Category.ANOMALY, "outlier"): (
        "Regardez les mesures ensemble : chacune peut rester dans sa plage et leur mélange être nouveau."
    ),
    (
        Category.TREND,
        None,
    ): "Cherchez ce qui en est la cause avant qu’un seuil important soit atteint.",
    (Category.TREND, facts.CHANGE_POINT): (
        "Vérifiez que le changement était voulu ; les plans et seuils d’avant ne conviennent plus."
    ),
    (Category.FORECAST, None): "Préparez-vous dès maintenant, ou changez ce qui y mène.",
    (Category.OPTIMISATION, None): (
        "Regardez les dernières exécutions du pipeline dans DRM et corrigez la cause."
    ),
    (Category.OPTIMISATION, "slow"): (
        "Cherchez davantage de lignes, une source plus lente ou un index manquant depuis le ralentissement."
    ),
    (Category.OPTIMISATION, "failing"): (
        "Lisez les erreurs des exécutions dans DRM, corrigez la cause et faites relivrer les fenêtres "
        "manquantes."
    ),
    (Category.OPTIMISATION, "late"): (
        "Lancez le pipeline plus tôt ou rendez-le plus rapide ; rapports et modèles attendent ses données."
    ),
    (Category.OPTIMISATION, "wasteful"): (
        "Évitez une exécution dont la source n’a pas changé : elle livre ce qui était déjà là."
    ),
    (Category.OPTIMISATION, facts.QUALITY): (
        "Faites corriger et relivrer la fenêtre par DRM ; les modèles s’exécuteront ensuite d’eux-mêmes."
    ),
}
# What the confidence of an anomaly is a share of.
_SHARES = {
    "residual": "des périodes précédentes sont restées dans leur plage",
    "outlier": "des périodes précédentes étaient moins inhabituelles",
}


def headline(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, label = _where(evidence), _day(evidence, seen), _label(evidence, seen)
    amount, band = FRENCH.amount(seen.value, seen.unit), _band(seen)
    expected = f" (attendu : {band})" if band else ""
    match category, seen.kind:
        case Category.OPTIMISATION, facts.QUALITY:
            held = FRENCH.count(
                len(facts.held_models(seen)), "modèle mis en attente", "modèles mis en attente"
            )
            score = FRENCH.number(seen.value or 0)
            return f"Qualité des données de {evidence.dataset} : {score} sur 100 le {day}, {held}"
        case Category.OPTIMISATION, kind if facts.is_of_pipelines(evidence):
            said = f" : {inside(label)} {amount}{expected}" if not facts.is_flag(seen) else ""
            return f"Pipeline {evidence.series} {_health(kind)}{said}, {day}"
        case Category.FORECAST, _:
            limit = facts.limit_of(seen)
            beyond = (
                f"{_side(seen)} de {FRENCH.amount(limit, seen.unit)}"
                if limit is not None
                else "hors de la normale"
            )
            sure = (
                f"probable à {FRENCH.percent(seen.confidence)}, "
                if seen.confidence is not None
                else ""
            )
            within = _within(evidence, seen)
            return f"{label}{where} : prévision {beyond} {within}, {sure}surtout le {day}"
        case Category.TREND, facts.CHANGE_POINT:
            before, after = FRENCH.change(seen.expected, seen.value, seen.unit)
            way = "hausse" if facts.is_above(seen) else "baisse"
            since = FRENCH.day(seen.since)
            return f"{label}{where} : {way} soudaine de {before} à {after} le {since}"
        case Category.TREND, _:
            slope, since = _slope(evidence, seen), FRENCH.day(seen.since)
            return f"{label}{where} : {_way(seen)} de {slope} depuis le {since}"
        case Category.ANOMALY, "outlier":
            return f"{_UNUSUAL[evidence.freq]}{where} le {day} : {inside(label)} {amount}{expected}"
        case Category.ANOMALY, "residual":
            far = "nettement " if seen.severity is Severity.CRITICAL else ""
            side = "au-dessus" if facts.is_above(seen) else "au-dessous"
            return f"{label}{where} {far}{side} de la normale : {amount} le {day}{expected}"
        case _:
            return f"{say_name(seen.kind)}{where} : {inside(label)} {amount} le {day}{expected}"


def what_happened(category: Category, evidence: Evidence, seen: Seen) -> str:
    where, day, label = _where(evidence), _day(evidence, seen), _label(evidence, seen)
    amount, band = FRENCH.amount(seen.value, seen.unit), _band(seen)
    if facts.is_of_pipelines(evidence):
        against = _against(seen, band)
        said = f" : {inside(label)} {amount}{against}" if not facts.is_flag(seen) else ""
        return (
            f"Une exécution de {evidence.series} terminée le {day} signale un pipeline "
            f"{_health(seen.kind)}{said}."
        )
    if seen.kind == facts.QUALITY:
        return (
            f"DRM a noté la livraison du {day} {FRENCH.number(seen.value or 0)} sur 100 ; les "
            f"modèles demandent {FRENCH.number(seen.lo or 0)}.{_weakest(seen)} "
            f"Mis en attente : {', '.join(facts.held_models(seen)) or 'aucun'}."
        )
    if category is Category.TREND and seen.kind != facts.CHANGE_POINT:
        between = f"du {FRENCH.day(seen.since)} au {FRENCH.day(seen.ds)}"
        return f"{label}{where} : {_way(seen)} de {_slope(evidence, seen)} {between}{_moved(seen)}."
    if category is Category.FORECAST:
        interval = f" ({band})" if band else ""
        chance = facts.number(seen.details.get("probability_on_day"))
        that_day = "" if chance is None else f" ({FRENCH.percent(chance)} pour ce jour seul)"
        limit = FRENCH.amount(facts.limit_of(seen), seen.unit)
        return (
            f"{label}{where} devrait passer {_side(seen)} de {limit} pendant au moins "
            f"{_ONE[evidence.freq]} {_within(evidence, seen)}, surtout le {day}{that_day}, avec une "
            f"valeur attendue de {amount}{interval}.{_first_crossing(seen)}"
        )
    if seen.kind == facts.CHANGE_POINT:
        before, after = FRENCH.change(seen.expected, seen.value, seen.unit)
        return f"{label}{where} passe d’environ {before} à {after} le {FRENCH.day(seen.since)}."
    if facts.is_flag(seen):
        return f"{say_name(seen.kind)}{where}, {day}."
    return f"{label}{where} : {amount} le {day}{_against(seen, band)}."


def how_often(category: Category, evidence: Evidence, count: int) -> str:
    found = f"Trouvé par {FRENCH.count(count, 'exécution', 'exécutions')}"
    if facts.is_statement(category):
        return f"{found}." if count > 1 else ""
    since = facts.begun(evidence)
    begun = "" if since is None else f"Cela a commencé le {FRENCH.day(since)}."
    if count == 1:
        return begun
    latest = evidence.latest
    amount = "" if facts.is_flag(latest) else f" ({FRENCH.amount(latest.value, latest.unit)})"
    return f"{begun} {found}, la dernière fois le {_day(evidence, latest)}{amount}.".strip()


def how_sure(category: Category, evidence: Evidence, seen: Seen) -> str:
    quality = (
        f" Qualité des données utilisées : {FRENCH.number(evidence.quality_score)} sur 100."
        if evidence.quality_score is not None and seen.kind != facts.QUALITY
        else ""
    )
    if seen.confidence is None:
        return quality.strip()
    if category is Category.TREND:
        return f"Certitude : {_against_chance(seen, seen.confidence)}.{quality}"
    if facts.is_certain(seen):
        return f"Certitude : totale, la règle compare des chiffres connus.{quality}"
    if category is Category.ANOMALY and seen.kind in _SHARES:
        return f"Certitude : {FRENCH.percent(seen.confidence)} {_SHARES[seen.kind]}.{quality}"
    meant = (
        f" que le seuil soit franchi {_within(evidence, seen)}"
        if category is Category.FORECAST
        else ""
    )
    return f"Certitude : {FRENCH.certainty(seen.confidence)}{meant}.{quality}"


def also(headlines: Sequence[str], more: int) -> str:
    rest = f" ; et {FRENCH.count(more, 'autre', 'autres')}" if more else ""
    return f"Aussi : {' ; '.join(headlines)}{rest}."


def what_to_do(actions: Sequence[str], owner: str | None) -> str:
    return f"À faire : {' '.join(actions)}" + (f" Responsable : {owner}." if owner else "")


def grounds(evidence: Evidence) -> str:
    if evidence.model is None:
        return ""
    version = f", données {evidence.data_version[:12]}" if evidence.data_version else ""
    return f"Trouvé par {evidence.model.name} {evidence.model.version} dans {evidence.dataset}{version}."


def _label(evidence: Evidence, seen: Seen) -> str:
    """Measures of pipelines are IOP's own."""
    return Label.known(seen.label).fr if facts.is_of_pipelines(evidence) else seen.label


def _where(evidence: Evidence) -> str:
    series = facts.series_of(evidence)
    if series is None:
        return ""
    return f" {'à' if facts.is_place(evidence) else 'pour'} {series}"


def _day(evidence: Evidence, seen: Seen) -> str:
    """Local time of the dataset; DRM's own runs are in UTC and say so."""
    return FRENCH.day(seen.ds) + (" UTC" if facts.is_of_pipelines(evidence) else "")


def _health(kind: str) -> str:
    return _HEALTH.get(kind, say_name(kind))


def _band(seen: Seen) -> str:
    return FRENCH.band(seen.lo, seen.hi, seen.expected, seen.unit)


def _against(seen: Seen, band: str) -> str:
    """How far outside the band, in the measure's unit; or what was expected instead."""
    if not band or seen.value is None:
        return ""
    gap = facts.outside(seen)
    if gap:
        size = FRENCH.amount(abs(gap), "points" if seen.unit == "%" else seen.unit)
        return f", {size} {'au-dessus' if gap > 0 else 'au-dessous'} de l’attendu ({band})"
    return f" pour un attendu de {band.removeprefix('environ ')}"


def _side(seen: Seen) -> str:
    return "au-dessous" if facts.is_below_limit(seen) else "au-dessus"


def _way(seen: Seen) -> str:
    return "hausse" if facts.is_rising(seen) else "baisse"


def _slope(evidence: Evidence, seen: Seen) -> str:
    return f"{FRENCH.amount(abs(seen.value or 0), seen.unit)} par {_PERIOD[evidence.freq]}"


def _moved(seen: Seen) -> str:
    ends = facts.ends_of_line(seen)
    if ends is None:
        return ""
    start, end = (FRENCH.amount(level, seen.unit) for level in ends)
    return f", de {start} à {end} sur la droite"


def _within(evidence: Evidence, seen: Seen) -> str:
    horizon = facts.horizon_of(seen)
    if horizon is None:
        return "dans l’horizon"
    return f"d’ici {FRENCH.count(horizon, _PERIOD[evidence.freq], _PERIODS[evidence.freq])}"


def _first_crossing(seen: Seen) -> str:
    moment = facts.first_crossing(seen)
    if moment is None:
        return ""
    return f" Une chance sur deux d’un premier franchissement d’ici le {FRENCH.day(moment)}."


def _against_chance(seen: Seen, confidence: float) -> str:
    """What a small p-value says, and no more."""
    absent = "changement de niveau" if seen.kind == facts.CHANGE_POINT else "tendance"
    chance = FRENCH.chance(facts.p_value_of(seen, confidence))
    said = f"une série sans {absent} aurait cette allure {chance}"
    together = facts.series_tested(seen)
    if together <= 1:
        return said
    tested = FRENCH.count(together, "série testée", "séries testées")
    return f"{said}, et cela tient après correction pour les {tested} ensemble"


def _weakest(seen: Seen) -> str:
    weakest = facts.weakest_component(seen)
    if weakest is None:
        return ""
    name, score = weakest
    return f" Le point faible est {_COMPONENTS.get(name, name)} avec {FRENCH.number(score)}."
