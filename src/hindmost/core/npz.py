"""What numpy raises when an ``.npz`` file is damaged, cut short, or no archive at all."""

import zipfile
import zlib

BROKEN_NPZ = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    EOFError,
    KeyError,
    NotImplementedError,  # an unknown compression
    MemoryError,  # a header that promises too much
)
