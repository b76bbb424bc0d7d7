"""Whom a list holds: the rules that a company sets, and the selection by them."""
