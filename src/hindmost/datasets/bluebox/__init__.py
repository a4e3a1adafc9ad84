"""Generated photographs of a production line: good and defective parts, with and without a blue box."""

from hindmost.datasets.bluebox.write import generate

__all__ = ["generate"]
