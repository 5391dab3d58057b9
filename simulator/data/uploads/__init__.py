"""From an uploaded file to checked examples: CSV files of texts, ZIP files of pictures in class folders."""

from simulator.data.uploads.checking import MIB, MOST_CSV_BYTES, MOST_ZIP_BYTES, check, must_wait

__all__ = ["MIB", "MOST_CSV_BYTES", "MOST_ZIP_BYTES", "check", "must_wait"]
