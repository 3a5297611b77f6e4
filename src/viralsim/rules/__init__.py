"""Rules of one's own: functions that take the place of a part of the model, each a word of scenario files."""

from viralsim.rules.registry import known as known
from viralsim.rules.registry import read_file as read_file
from viralsim.rules.registry import register as register
from viralsim.rules.rule import Rule as Rule
