"""The page for a person whose sign-in did not work. It has no script, and is there where the dashboard is not built."""

from dataclasses import dataclass
from html import escape

from iop_pipelines.api.sentences import in_french
from iop_pipelines.domain.languages import Language

_STYLE = "/api/v1/docs.css"


@dataclass(frozen=True)
class _Words:
    title: str
    heading: str
    to_sign_in: str
    number: str
    advice: dict[str, str]


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        title="IOP: sign-in",
        heading="You are not signed in",
        to_sign_in="To the sign-in page",
        number="Whoever helps you may ask for this number:",
        advice={
            "UNAUTHORIZED": (
                "Begin again at the sign-in page. If it fails again, tell your administrator."
            ),
            "FORBIDDEN": "Ask an administrator of IOP for access, or for another link.",
            "NOT_FOUND": "Sign in with a name and a password.",
            "TOO_MANY_REQUESTS": (
                "Wait as long as it says, then try again. An administrator can send you a link."
            ),
            "SERVICE_UNAVAILABLE": ("Nothing is wrong with your account. Try again in a minute."),
            "INTERNAL_SERVER_ERROR": (
                "Try again in a minute. If it fails again, tell your administrator."
            ),
        },
    ),
    "fr": _Words(
        title="IOP : connexion",
        heading="Vous n’êtes pas connecté",
        to_sign_in="Vers la page de connexion",
        number="La personne qui vous aide peut demander ce numéro :",
        advice={
            "UNAUTHORIZED": (
                "Recommencez à la page de connexion. Si cela échoue encore, prévenez votre administrateur."
            ),
            "FORBIDDEN": "Demandez à un administrateur d’IOP un accès, ou un autre lien.",
            "NOT_FOUND": "Connectez-vous avec un nom et un mot de passe.",
            "TOO_MANY_REQUESTS": (
                "Attendez le temps indiqué, puis réessayez. Un administrateur peut vous envoyer un lien."
            ),
            "SERVICE_UNAVAILABLE": ("Votre compte n’est pas en cause. Réessayez dans une minute."),
            "INTERNAL_SERVER_ERROR": (
                "Réessayez dans une minute. Si cela échoue encore, prévenez votre administrateur."
            ),
        },
    ),
}


def problem_page(code: str, message: str, request_id: str, accepted: str) -> str:
    """code, message: what went wrong, as a program would be told; accepted: the header Accept-Language."""
    language: Language = "fr" if accepted.strip().lower().startswith("fr") else "en"
    words = _WORDS[language]
    advice = words.advice.get(code, words.advice["UNAUTHORIZED"])
    french = in_french(message) if language == "fr" else None
    # What is told in English alone is marked as such.
    spoken = "en" if french is None else "fr"
    said = french or message
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{words.title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{_STYLE}"></head><body><main><h1>{words.heading}</h1>'
        f'<p role="alert" lang="{spoken}">{escape(said[:1].upper() + said[1:])}.</p><p>{escape(advice)}</p>'
        f'<p><a href="/">{words.to_sign_in}</a></p>'
        f"<p>{words.number} <code>{escape(request_id)}</code></p>"
        "</main></body></html>"
    )
