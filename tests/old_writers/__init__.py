"""Repositories of older releases of official icechunk, and what they hold."""
