"""Why a server could not be used, from the errors that libraries really raise."""

from __future__ import annotations

import ssl
import time
from email.message import Message
from email.utils import formatdate
from urllib.error import HTTPError, URLError

import pytest
from huggingface_hub.errors import OfflineModeIsEnabled

from simulator.host.connections import CERTIFICATE, NO_CONNECTION, OFFLINE, RATE_LIMIT, explain, seconds_to_wait


def answered(status: int, **headers: str) -> HTTPError:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return HTTPError("https://models.invalid/x", status, "", message, None)


def from_cause(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (answered(429), RATE_LIMIT),
        (answered(404), "the server answered 404 (not found)"),
        (answered(503), "the server answered 503"),
        (OfflineModeIsEnabled("off"), OFFLINE),
        (from_cause(ValueError("no such file here"), OfflineModeIsEnabled("off")), OFFLINE),
        (URLError(untrusted()), CERTIFICATE.format(why="self-signed certificate")),
        (URLError(OSError("Tunnel connection failed: 501 no")), "the proxy refused (Tunnel connection failed: 501 no)"),
        (URLError(TimeoutError()), "timed out"),
        (from_cause(RuntimeError("x"), TimeoutError()), "timed out"),
        (ConnectionRefusedError(111, "refused"), NO_CONNECTION),
        (URLError("no route"), NO_CONNECTION),
        (ValueError("one line\nanother"), "ValueError: one line"),
        (ValueError(), "ValueError: no details"),
    ],
)
def test_an_error_is_explained_in_a_few_words(error: BaseException, words: str) -> None:
    assert explain(error).startswith(words)


def test_errors_that_are_each_others_cause_are_read_once() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert explain(one) == "ValueError: one"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (answered(429, Retry_After="60"), 60),
        (answered(503, Retry_After=" 7 "), 7),
        (answered(429, Retry_After="0"), 1),
        (answered(429, Retry_After="Fri, 01 Jan 2021 00:00:00 GMT"), 1),
        (answered(429, Retry_After="soon"), None),
        (answered(429), None),
        (answered(404, Retry_After="60"), None),
        (ValueError(), None),
    ],
)
def test_a_busy_server_says_how_long_to_wait(error: BaseException, seconds: float | None) -> None:
    assert seconds_to_wait(error) == seconds


def test_a_busy_server_may_name_the_moment() -> None:
    in_an_hour = answered(429, Retry_After=formatdate(time.time() + 3600, usegmt=True))
    assert seconds_to_wait(in_an_hour) == pytest.approx(3600, abs=60)
