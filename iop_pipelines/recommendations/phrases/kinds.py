"""How each kind of finding of the catalogue is told, in every language; a rule's own kinds are told alike.

Sentences are templates over what a language's `slots` make of the facts: `{label}{where}`, `{amount}`, `{since}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from iop_pipelines.domain.languages import Language
from iop_pipelines.recommendations.evidence import Seen


@dataclass(frozen=True, slots=True)
class Telling:
    """One kind in one language.

    Attributes:
        headline: the title, without a full stop; happened: the first sentence, with one.
        sure: what follows "How sure: ", without a full stop.
        action: what is usually done about it; None leaves that to its category.
    """

    headline: str
    happened: str
    sure: str = "{certainty}"
    action: str | None = None


_WAS = {
    "en": "{label}{where} was {amount} on {day}{against}.",
    "fr": "{label}{where} : {amount} le {day}{against}.",
}

TELLINGS: Mapping[str, Mapping[Language, Telling]] = {
    "residual": {
        "en": Telling(
            headline="{label}{where} {far}{side} normal: {amount} on {day}{expected}",
            happened=_WAS["en"],
            sure="{share} of earlier periods kept to their range",
        ),
        "fr": Telling(
            headline="{label}{where} {far}{side} de la normale : {amount} le {day}{expected}",
            happened=_WAS["fr"],
            sure="{share} des périodes précédentes sont restées dans leur plage",
        ),
    },
    "outlier": {
        "en": Telling(
            headline="Unusual {period}{where} on {day}: {label_inside} {amount}{expected}",
            happened=_WAS["en"],
            sure="{share} of earlier periods were less unusual",
            action=(
                "Look at the measures together: each may be in its own range and the mix still be new."
            ),
        ),
        "fr": Telling(
            headline="{unusual_period}{where} le {day} : {label_inside} {amount}{expected}",
            happened=_WAS["fr"],
            sure="{share} des périodes précédentes étaient moins inhabituelles",
            action=(
                "Regardez les mesures ensemble : chacune peut rester dans sa plage et leur mélange "
                "être nouveau."
            ),
        ),
    },
    "trend": {
        "en": Telling(
            headline="{label}{where} {rising} by {slope} since {since}",
            happened="{label}{where} {rose} by {slope} from {since} to {until}{moved}.",
            sure="a series without a trend would look like this {chance}{corrected}",
        ),
        "fr": Telling(
            headline="{label}{where} : {rise} de {slope} depuis le {since}",
            happened="{label}{where} : {rise} de {slope} du {since} au {until}{moved}.",
            sure="une série sans tendance aurait cette allure {chance}{corrected}",
        ),
    },
    "change_point": {
        "en": Telling(
            headline="{label}{where} stepped {step} from {before} to {after} on {since}",
            happened="{label}{where} moved from about {before} to {after} on {since}.",
            sure="a series without a step would look like this {chance}{corrected}",
            action="Confirm that the change was meant; plans and limits made before it no longer fit.",
        ),
        "fr": Telling(
            headline="{label}{where} : {step} soudaine de {before} à {after} le {since}",
            happened="{label}{where} passe d’environ {before} à {after} le {since}.",
            sure="une série sans changement de niveau aurait cette allure {chance}{corrected}",
            action=(
                "Vérifiez que le changement était voulu ; les plans et seuils d’avant ne "
                "conviennent plus."
            ),
        ),
    },
    "limit_crossing": {
        "en": Telling(
            headline="{label}{where} forecast {beyond} {within}: {probable}most likely on {day}",
            happened=(
                "{label}{where} is forecast {beyond} on at least one {period} {within}, most likely "
                "on {day}{that_day}, when {amount}{interval} is expected.{first_crossing}"
            ),
            sure="{certainty} that the limit is crossed {within}",
        ),
        "fr": Telling(
            headline="{label}{where} : prévision {beyond} {within}, {probable}surtout le {day}",
            happened=(
                "{label}{where} devrait passer {beyond} pendant au moins {one_period} {within}, "
                "surtout le {day}{that_day}, avec une valeur attendue de {amount}{interval}."
                "{first_crossing}"
            ),
            sure="{certainty} que le seuil soit franchi {within}",
        ),
    },
}


def telling_of(seen: Seen, language: Language) -> Telling | None:
    """None for a kind that a rule named, though it be one of ours, and for one of a later release."""
    if "rule" in seen.details or seen.kind not in TELLINGS:
        return None
    return TELLINGS[seen.kind][language]
