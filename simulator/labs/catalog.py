"""The six labs, in their order."""

from __future__ import annotations

from simulator.labs.base import Lab
from simulator.labs.channels import CHANNELS
from simulator.labs.sparsity import SPARSITY
from simulator.labs.teacher import TEACHER
from simulator.labs.temperature import TEMPERATURE
from simulator.labs.together import TOGETHER
from simulator.labs.zeros import ZEROS

LABS: tuple[Lab, ...] = (TEACHER, TEMPERATURE, SPARSITY, ZEROS, CHANNELS, TOGETHER)
