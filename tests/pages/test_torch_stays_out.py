from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from simulator.runs import service

service.start = lambda: None
app = AppTest.from_file("streamlit_app.py", default_timeout=30)
for screen in sorted(path.stem for path in Path("pages").glob("*.py")):
    app.switch_page(f"pages/{screen}.py").run()
    assert not app.exception, (screen, app.exception)
heavy = [name for name in ("torch", "torchvision", "transformers") if name in sys.modules]
assert not heavy, heavy
"""


def test_no_screen_imports_torch():
    """Run in a separate process, because other tests have imported torch in this one."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
