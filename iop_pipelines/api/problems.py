"""The page for a person whose sign-in did not work. It has no script, and is there where the dashboard is not built."""

from collections.abc import Mapping
from functools import partial
from html import escape

from iop_pipelines.domain.languages import Text, accepted_language
from iop_pipelines.domain.sentences import Sentence

_STYLE = "/api/v1/docs.css"


_TITLE = Text("IOP: sign-in")
_HEADING = Text("You are not signed in")
_TO_SIGN_IN = Text("To the sign-in page")
_NUMBER = Text("Whoever helps you may ask for this number:")
_BEGIN_AGAIN = Text("Begin again at the sign-in page. If it fails again, tell your administrator.")
_ADVICE: Mapping[str, Text] = {
    "FORBIDDEN": Text("Ask an administrator of IOP for access, or for another link."),
    "NOT_FOUND": Text("Sign in with a name and a password."),
    "TOO_MANY_REQUESTS": Text(
        "Wait as long as it says, then try again. An administrator can send you a link."
    ),
    "SERVICE_UNAVAILABLE": Text("Nothing is wrong with your account. Try again in a minute."),
    "INTERNAL_SERVER_ERROR": Text(
        "Try again in a minute. If it fails again, tell your administrator."
    ),
}


def problem_page(code: str, said: Sentence, request_id: str, accepted: str) -> str:
    """code, said: what went wrong, as a program would be told; accepted: the header Accept-Language."""
    language = accepted_language(accepted)
    say = partial(Text.within, language=language)
    advice = say(_ADVICE.get(code, _BEGIN_AGAIN))
    told = said.alone(language)
    return (
        f'<!doctype html><html lang="{language}" dir="{language.direction}"><head><meta charset="utf-8">'
        f"<title>{say(_TITLE)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{_STYLE}"></head><body><main><h1>{say(_HEADING)}</h1>'
        f'<p role="alert">{escape(told[:1].upper() + told[1:])}.</p><p>{escape(advice)}</p>'
        f'<p><a href="/">{say(_TO_SIGN_IN)}</a></p>'
        f"<p>{say(_NUMBER)} <code>{escape(request_id)}</code></p>"
        "</main></body></html>"
    )
