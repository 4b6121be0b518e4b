"""Bodies at rest: whatever is changed is noticed, what is erased is gone, and no key is ever replaced silently."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.vault import Vault, WrongKey, create_key, key_id

WRAPPING, OTHER, PERSON = os.urandom(32), os.urandom(32), os.urandom(32)
VAULT = Vault([WRAPPING], PERSON)
BODIES = st.binary(max_size=200) | st.binary(min_size=4096, max_size=5000)


@given(BODIES)
def test_what_is_sealed_opens_to_itself(body):
    key = VAULT.new_key("E1")
    assert VAULT.open(key, "message", VAULT.seal(key, "message", body)) == body


@given(BODIES, st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_noticed(body, place, change):
    key = VAULT.new_key("E1")
    sealed = bytearray(VAULT.seal(key, "message", body))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(WrongKey):
        VAULT.open(key, "message", bytes(sealed))


@given(BODIES, st.integers(0))
def test_whatever_is_cut_off_is_noticed(body, length):
    key = VAULT.new_key("E1")
    sealed = VAULT.seal(key, "message", body)
    with pytest.raises(WrongKey):
        VAULT.open(key, "message", sealed[: length % len(sealed)])


def test_two_bodies_of_an_exchange_cannot_be_swapped():
    key = VAULT.new_key("E1")
    with pytest.raises(WrongKey):
        VAULT.open(key, "document", VAULT.seal(key, "message", b"{}"))


def test_a_body_opens_under_no_other_exchange_s_key():
    sealed = VAULT.seal(VAULT.new_key("E1"), "message", b"{}")
    with pytest.raises(WrongKey):
        VAULT.open(VAULT.new_key("E1"), "message", sealed)


def test_the_same_body_is_never_sealed_to_the_same_bytes():
    key = VAULT.new_key("E1")
    assert VAULT.seal(key, "message", b"{}") != VAULT.seal(key, "message", b"{}")


def test_a_changed_wrapped_key_is_noticed():
    key = VAULT.new_key("E1")
    changed = bytes([key.wrapped[0] ^ 1]) + key.wrapped[1:]
    with pytest.raises(WrongKey):
        VAULT.open_key("E1", key.key_id, changed)


def test_an_older_wrapping_key_still_opens_what_it_wrapped_and_wraps_nothing_new():
    old = VAULT.new_key("E1")
    vault = Vault([OTHER, WRAPPING], PERSON)
    assert vault.open_key("E1", old.key_id, old.wrapped).plain == old.plain
    assert vault.new_key("E1").key_id == key_id(OTHER)


def test_a_wrapping_key_that_is_not_there_is_named():
    key = VAULT.new_key("E1")
    vault = Vault([OTHER], PERSON)
    with pytest.raises(WrongKey, match=key.key_id):
        vault.open_key("E1", key.key_id, key.wrapped)
    with pytest.raises(WrongKey, match=key.key_id):
        vault.require({key.key_id, key_id(OTHER)})
    VAULT.require({key.key_id})


def test_no_key_shows_itself():
    key = VAULT.new_key("E1")
    assert key.plain.hex() not in repr(key)
    assert repr(key.plain) not in repr(key)


def test_a_key_file_is_for_its_owner_only_and_is_never_replaced(tmp_path):
    create_key(tmp_path / "keys" / "wrapping.key")
    assert stat.S_IMODE((tmp_path / "keys" / "wrapping.key").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_key(tmp_path / "keys" / "wrapping.key")


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_file_that_holds_no_key_is_refused_by_its_name(tmp_path, text):
    good, bad = tmp_path / "good.key", tmp_path / "bad.key"
    create_key(good)
    bad.write_text(text)
    for wrapping, person in (([bad], good), ([good], bad), ([good, bad], good)):
        with pytest.raises(WrongKey, match=r"bad\.key"):
            Vault.load(wrapping, person)


def test_a_person_is_the_same_digest_each_time_and_tells_nothing_without_the_key():
    number = "34170219880315123X"
    assert VAULT.person("111", number) == Vault([OTHER], PERSON).person("111", number)
    assert VAULT.person("111", number) != Vault([WRAPPING], OTHER).person("111", number)
    assert VAULT.person("111", number) != VAULT.person("414", number)
    assert number not in VAULT.person("111", number)


def test_a_key_that_was_wrapped_for_one_exchange_does_not_open_for_another():
    key = VAULT.new_key("E1")
    with pytest.raises(WrongKey):
        VAULT.open_key("E2", key.key_id, key.wrapped)
