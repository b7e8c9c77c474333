"""Passwords stay dear to guess, although the tests log in with cheap ones."""

from __future__ import annotations

from argon2 import PasswordHasher, Type


def test_a_guess_costs_what_owasp_asks(real_hasher: PasswordHasher) -> None:
    """Argon2id with 19 MiB and two passes (OWASP password storage)."""
    assert (real_hasher.type, real_hasher.time_cost, real_hasher.memory_cost) == (Type.ID, 2, 19456)
    stored = real_hasher.hash("一个很长的口令")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert real_hasher.verify(stored, "一个很长的口令")
