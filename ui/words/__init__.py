"""Sentences that screens share."""
