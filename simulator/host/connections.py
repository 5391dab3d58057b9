"""Why a server could not be used, and what to do about it; and how long one that was asked too often wants to wait."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.error import URLError

OFFLINE = "HF_HUB_OFFLINE forbids the internet"
CERTIFICATE = (
    "its certificate is not trusted ({why}): where a filter opens connections, SSL_CERT_FILE must name the file with "
    "the certificate of its authority"
)
PROXY = "the proxy refused ({why}): HTTPS_PROXY must name one that lets this machine out"
RATE_LIMIT = "it is asked too often from here (429, rate limit): wait some minutes, or set HF_TOKEN to a token of yours"
NO_CONNECTION = "no connection (behind a proxy, HTTPS_PROXY must name it)"


def explain(error: BaseException) -> str:
    """Why a server could not be used, in a few words, with the cure if there is one."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    status = _status(error)
    if isinstance(status, int):
        if status == 429:
            return RATE_LIMIT
        return f"the server answered {status}{' (not found)' if status == 404 else ''}"
    causes = list(_causes(error))
    if any(isinstance(cause, OfflineModeIsEnabled) for cause in causes):
        return OFFLINE
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CERTIFICATE.format(why=cause.verify_message)
        if type(cause).__name__ == "ProxyError" or str(cause).startswith("Tunnel connection failed"):
            return PROXY.format(why=_first_line(cause))
    if any(isinstance(cause, TimeoutError) or type(cause).__name__.endswith("Timeout") for cause in causes):
        return "timed out"
    if isinstance(error, ConnectionError | URLError) or type(error).__name__ == "ConnectError":
        return NO_CONNECTION
    if type(error).__name__ == "RemoteProtocolError":
        return "the connection broke off"
    return f"{type(error).__name__}: {_first_line(error)}"


def seconds_to_wait(error: BaseException) -> float | None:
    """The Retry-After of a server that is busy or was asked too often, at least 1; None if it gives none."""
    headers = getattr(getattr(error, "response", error), "headers", None)
    retry_after = headers.get("Retry-After") if headers is not None and _status(error) in (429, 503) else None
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return max(1.0, float(retry_after))
    try:
        return max(1.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None


def _status(error: BaseException) -> object:
    return getattr(getattr(error, "response", None), "status_code", None) or getattr(error, "code", None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, as Python or, in ``reason``, urllib notes it."""
    seen: set[int] = set()
    cause: object = error
    while isinstance(cause, BaseException) and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else cause.__cause__ or cause.__context__


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else "no details"
