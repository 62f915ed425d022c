"""Turns of a conversation: what they ask, given what was asked and answered before."""
