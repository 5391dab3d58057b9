"""Everything that imports torch; nothing outside imports it at module level."""

import os

# torch's threads otherwise spin while they wait for work. On a machine that is busy with thirty browsers as
# well, each spins on a core that another needs: steps took five times as long here. Read when torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
