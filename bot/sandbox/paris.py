"""Times as Clever writes and reads them: naive ones are of Paris."""

from datetime import datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
TIME = "%Y-%m-%d %H:%M:%S"
OFFSET_TIME = "%Y-%m-%dT%H:%M:%S%z"
EARLIEST = 2000


def read_time(text: str) -> datetime | None:
    """An hd_send; None where nothing is said. ValueError: it is not written as it must be."""
    text = text.strip()
    if not text:
        return None
    time = datetime.strptime(text, TIME).replace(tzinfo=PARIS)
    if time.year < EARLIEST:
        raise ValueError(text)
    return time
