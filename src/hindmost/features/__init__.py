"""Pooled features of photographs: computed once, kept by content."""
