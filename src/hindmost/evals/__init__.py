"""Measurements: rows and predictions go in, tables of plain numbers come out.

Each file is one measurement, a plain function of arrays. None of them fits, loads or prints.
"""
