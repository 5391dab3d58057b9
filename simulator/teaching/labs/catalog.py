"""The six labs, in their order."""

from __future__ import annotations

from simulator.teaching.labs.base import Lab
from simulator.teaching.labs.channels import CHANNELS
from simulator.teaching.labs.sparsity import SPARSITY
from simulator.teaching.labs.teacher import TEACHER
from simulator.teaching.labs.temperature import TEMPERATURE
from simulator.teaching.labs.together import TOGETHER
from simulator.teaching.labs.zeros import ZEROS

LABS: tuple[Lab, ...] = (TEACHER, TEMPERATURE, SPARSITY, ZEROS, CHANNELS, TOGETHER)
