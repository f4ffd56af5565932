"""Signatures of Standard Webhooks, beside the example that its own libraries are tested with."""

import pytest

from bot.core.signature import key_of, signed

NAME, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_known_example_is_signed_as_it_is_known() -> None:
    assert signed([SECRET], NAME, AT, BODY) == KNOWN


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        pytest.param("whsec_YQ==", b"a", id="as it is printed"),
        pytest.param("whsec_YQ", b"a", id="without its padding"),
        pytest.param("YQ==", b"YQ==", id="a word of the operator's"),
    ],
)
def test_a_secret_is_read_as_it_was_meant(secret: str, key: bytes) -> None:
    assert key_of(secret) == key


def test_each_secret_signs() -> None:
    both = signed(["another", SECRET], NAME, AT, BODY)
    assert both.split(" ")[1] == KNOWN
    assert signed(["another"], NAME, AT, BODY) == both.split(" ")[0]


@pytest.mark.parametrize(
    ("secret", "why"),
    [("whsec_", "empty"), ("whsec_é", "ASCII"), ("whsec_a b", "base64")],
)
def test_what_is_no_secret_is_refused(secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        key_of(secret)
