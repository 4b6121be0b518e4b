"""Signatures as standardwebhooks.com says them, and secrets that are none."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.signed import BadSecret, key_of, signed_headers


def test_the_published_example_has_the_published_signature():
    # of the reference libraries: github.com/standard-webhooks/standard-webhooks, libraries/*/test
    headers = signed_headers(
        key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_MfKQ", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%"]
)
def test_what_is_no_secret_is_refused_without_being_quoted(secret):
    with pytest.raises(BadSecret) as refused:
        key_of(secret)
    told = secret.removeprefix("whsec_")
    assert not told or told not in str(refused.value)


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 2**40))
def test_whatever_changes_the_signature_changes(key, body, at_s):
    known = key_of("whsec_" + base64.b64encode(key).decode())
    headers = [
        signed_headers(known, "evt_1_2", at_s, body),
        signed_headers(known, "evt_1_3", at_s, body),
        signed_headers(known, "evt_1_2", at_s + 1, body),
        signed_headers(known, "evt_1_2", at_s, body + b" "),
    ]
    assert len({each["webhook-signature"] for each in headers}) == 4
