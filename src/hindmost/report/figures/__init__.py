"""One figure a file: an Altair chart, drawn once as static SVG."""
