"""Everything that imports torch; nothing outside imports it at module level."""

import os

# How long GNU OpenMP's threads spin for their next piece of work before they sleep. By default they spin for
# milliseconds. On two cores that also serve thirty browsers, each thread then spins on a core that another one needs:
# beside one other busy process, steps that take 2 s in all were not done after 40 s. Without any spinning a ResNet
# step took twice as long on a quiet machine. 10,000 rounds: 18 ms a step quiet (17 by default), 47 ms beside another
# busy process.
# Read when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
