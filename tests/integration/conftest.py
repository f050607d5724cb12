# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine, its users, and the promise that no test leaves anything behind."""

import os

import machine
import nbformat
import pytest
from bus import User
from features import Features
from polkit import Polkit
from results import Results


def pytest_configure(config):
    config.addinivalue_line("markers", "kernels: needs more packages, or minutes: for the step kernels of tests/run")
    config.addinivalue_line("markers", "slow: takes a minute or more, and is for the step chaos of tests/run")
    config.addinivalue_line("markers", "v1: needs a machine with cgroup v1: looks at how it says what is not there")
    config.addinivalue_line("markers", "v2: needs a machine with cgroup v2, as MACHINE=trixie-vm tests/machine boots")
    config.addinivalue_line("markers", "feature(name, supported=True): shows that the machine has what docs/features.md "
                            "names so, or, with supported=False, that it says clearly that it has not")
    features = Features()
    config.pluginmanager.register(features, "features")
    if os.environ.get("RESULTS_FILE"):
        config.pluginmanager.register(Results(features, os.environ["RESULTS_FILE"]), "results")


@pytest.fixture(scope="session", autouse=True)
def booted():
    """Boots the machine, unless it runs already; then what it runs is tested, and it is left running."""
    if machine.is_running():
        yield
        return
    machine.boot()
    yield
    machine.halt()


CONFIGURATION = "/etc/compute-sessions/sessiond.conf.d"


def user_fixture(name):
    @pytest.fixture(scope="session", name=name)
    def fixture(booted):  # pylint: disable=redefined-outer-name,unused-argument
        user = User(name)
        yield user
        user.end()
    return fixture


root = user_fixture("root")
user1 = user_fixture("user1")
user2 = user_fixture("user2")


@pytest.fixture(scope="session")
def cgroup_version(pytestconfig, root):  # pylint: disable=redefined-outer-name
    kind = root.run("stat", "--file-system", "--format=%T", "/sys/fs/cgroup").output.strip()
    version = 2 if kind == "cgroup2fs" else 1
    system = root.shell(". /etc/os-release; echo ${NAME%% *} ${VERSION_ID:-testing}").strip()
    pytestconfig.pluginmanager.get_plugin("features").machine = f"{system}, cgroup v{version}"
    return version


@pytest.fixture(autouse=True)
def fits_machine(request, cgroup_version):  # pylint: disable=redefined-outer-name
    """Skips what is for the other version of cgroups."""
    for needed in 1, 2:
        if request.node.get_closest_marker(f"v{needed}") and cgroup_version != needed:
            pytest.skip(f"needs cgroup v{needed}, and this machine has v{cgroup_version}"
                        + (": run it with MACHINE=trixie-vm" if needed == 2 else ""))


def parts(reader):
    """Everything in the machine that belongs to sessions."""
    return reader.ask("parts")


@pytest.fixture(autouse=True)
def clean(root):
    """Stops the sessions that a test left running; after that nothing of any session may be left."""
    yield
    for user in User.everybody:
        user.ask("close_all")
    for session_id in root.ids():
        root.try_run("computectl", "stop", session_id)
    try:
        machine.wait_until(lambda: not parts(root), "nothing is left of sessions")
    except AssertionError:
        left = parts(root)
        root.try_run("sh", "-c", "systemctl kill --signal=KILL 'compute-*.scope'; "
                     "systemctl stop 'compute-*.scope' 'compute-keeper-*.service'; systemctl stop compute-sessiond; "
                     "rm -rf /run/compute-sessions/sessions/* /run/compute-sessions/keepers/*")
        pytest.fail(f"Left behind: {' '.join(left)}")


@pytest.fixture
def configure(root):
    """Writes a drop-in and restarts the manager with it; at the end it is as before."""
    root.shell(f"rm -rf {CONFIGURATION}; mkdir -p {CONFIGURATION}")

    def write(text, name="50-test.conf"):
        root.run("sh", "-euc", f"cat > {CONFIGURATION}/{name}; systemctl restart compute-sessiond", text=text)
    yield write
    root.shell(f"rm -rf {CONFIGURATION}; systemctl restart compute-sessiond")


@pytest.fixture
def polkit(root):
    """Rules of polkit for a test; at the end it is as installed."""
    changed = Polkit(root)
    yield changed
    changed.reset()


@pytest.fixture
def notebook(user1):
    """A notebook file in a folder of its own."""
    folder = user1.shell("mktemp -d").strip()
    user1.run("sh", "-euc", 'cat > "$1"', "sh", f"{folder}/a.ipynb", text=nbformat.writes(nbformat.v4.new_notebook()))
    yield f"{folder}/a.ipynb"
    user1.shell(f"rm -rf {folder}")


@pytest.fixture
def session(user1, notebook):  # pylint: disable=redefined-outer-name
    """A notebook's kernel."""
    return user1.start_notebook(notebook)[0]
