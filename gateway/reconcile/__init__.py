"""Reconciliation (对账): what we sent a platform on a day, held against what the platform says it has."""
