"""Training and measuring of the English parsing models; not needed to code events."""
