"""The demo: a bank, the partner that its policy allows and the attacker that it does not."""
