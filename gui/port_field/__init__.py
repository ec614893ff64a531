"""A field in which a port of the run is chosen by its name."""

from gui.port_field.candidates import Candidates
from gui.port_field.ends import EndFields
from gui.port_field.field import PortField

__all__ = ["Candidates", "EndFields", "PortField"]
