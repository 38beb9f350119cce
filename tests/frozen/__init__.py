"""Exchanges of earlier versions."""
