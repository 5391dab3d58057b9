"""What ``import simulator`` offers, and what it must not bring along."""

import subprocess
import sys

import simulator


def test_every_public_name_is_there():
    for name in simulator.__all__:
        assert hasattr(simulator, name)


def test_importing_everything_but_the_engine_brings_no_torch_and_no_streamlit():
    code = (
        "import pkgutil, sys, simulator\n"
        "for m in pkgutil.iter_modules(simulator.__path__):\n"
        "    if m.name not in ('engine', '__main__'): __import__('simulator.' + m.name)\n"
        "import simulator.cli.main\n"
        "bad = {'torch', 'torchvision', 'transformers', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(f'imported: {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_engine_module_imports_streamlit():
    code = (
        "import pkgutil, sys, simulator.engine\n"
        "for m in pkgutil.walk_packages(simulator.engine.__path__, 'simulator.engine.'): __import__(m.name)\n"
        "sys.exit('streamlit' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
