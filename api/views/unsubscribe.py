"""The pages behind an opt-out link: plain, small, nothing loaded from elsewhere."""

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_ASK = (
    "<p>Press the button to receive no more messages from us, in this matter or any other.</p>"
    '<form method="post"><button type="submit">Unsubscribe</button></form>'
)
_DONE = "<p>You are unsubscribed. We will not write to you again.</p>"
_CROSSED = (
    "<p>A message was on its way already when you asked; if it still reaches you, it is the last"
    " one.</p>"
)
_UNKNOWN = (
    "<p>This link is not one of ours, or a part of it was lost. Answer the message with the word"
    " <b>unsubscribe</b> instead.</p>"
)


def ask_page() -> HTMLResponse:
    """Ask for the press of a button: programs open links by themselves, people press."""
    return _page("Unsubscribe", _ASK)


def done_page(*, crossed: bool) -> HTMLResponse:
    """Say what is true now; `crossed`: a message may still arrive."""
    return _page("Unsubscribed", _DONE + (_CROSSED if crossed else ""))


def unknown_page() -> HTMLResponse:
    """Say nothing but that the link is of no use."""
    return _page("Not found", _UNKNOWN, status=404)


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )
    return HTMLResponse(html, status, _HEADERS)
