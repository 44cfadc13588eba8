"""EventCoder: political event data (source, action, target) from news text."""

__version__ = "0.1.0"

from coder.plain import prefer_plain

prefer_plain()
